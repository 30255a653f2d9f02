from odoo import api, fields, models
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import UserError

PART = "customer.complaint.part.mixin"
DONE = "done"


class CustomerComplaintPartMixin(models.AbstractModel):
    """A row of the investigation of a complaint: who may write the complaint writes it, until that is complete.

    ``ir_rule`` shows such rows to those who see their complaint.
    """

    _name = PART
    _description = "Part of an Investigation"
    _inherit = ["customer.guard.mixin"]

    complaint_id = fields.Many2one("customer.complaint", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id")

    # What may still be written when the investigation is complete.
    _open_fields = frozenset()

    @api.model
    def _limit_parts(self, domain, mode):
        """Return which rows the user sees (or writes...). Override to hide some or to show more.

        :param domain: the rows of the complaints that the user sees (or writes...)
        :param mode: read, write, create or unlink
        """
        return domain

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        if not self.env.su:
            parts._check_investigation_open()
        return parts

    def _check_change(self, vals):
        result = super()._check_change(vals)
        self.check_access("write")
        if "complaint_id" in vals and any(part.complaint_id.id != vals["complaint_id"] for part in self):
            raise UserError(self.env._("What belongs to one complaint cannot be given to another one."))
        if not self._open_fields.issuperset(vals):
            self._check_investigation_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_complete(self):
        if not self.env.su:
            self._check_investigation_open()

    def _check_investigation_open(self):
        """:raises UserError: when the investigation of one of the complaints is complete"""
        take_turns(self.complaint_id)
        done = self.complaint_id.sudo().filtered(lambda one: one.investigation_state == DONE)
        if done:
            raise UserError(
                self.env._(
                    "The investigation is complete. Reopen it before you change what it rests on: %(complaints)s",
                    complaints=", ".join(done.mapped("number")),
                )
            )
