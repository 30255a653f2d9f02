from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintDissatisfaction(models.Model):
    """Why customers are not satisfied with how their complaint was handled."""

    _name = "customer.complaint.dissatisfaction"
    _description = "Reason of Dissatisfaction"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep reasons that customers have given."""
        used = self.browse()
        for model in ("customer.complaint", "customer.callback"):
            records = self.env[model].sudo().with_context(active_test=False)
            domain = [("dissatisfaction_ids", "in", self.ids)]
            groups = records._read_group(domain, ["dissatisfaction_ids"])
            used |= self & used.union(*(reason.sudo(self.env.su) for (reason,) in groups))
        if used:
            raise UserError(
                self.env._(
                    "These reasons have been used and can only be archived: %(reasons)s",
                    reasons=", ".join(used.mapped("display_name")),
                )
            )
