from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

STAFF = "base.group_user"
LIFECYCLE_FIELDS = (
    "care_lifecycle_stage_id",
    "care_lifecycle_date",
    "care_lifecycle_until",
    "care_lifecycle_reason",
)


class ResPartner(models.Model):
    """The life-cycle stage: set by rules, or by hand up to a day; contacts show that of their company."""

    _inherit = "res.partner"

    care_lifecycle_stage_id = fields.Many2one(
        "customer.lifecycle.stage",
        string="Life-Cycle Stage",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        group_expand="_care_expand_lifecycle_stages",
        groups=STAFF,
    )
    care_lifecycle_color = fields.Integer(related="care_lifecycle_stage_id.color", groups=STAFF)
    care_lifecycle_date = fields.Date(string="In this Stage since", readonly=True, copy=False, groups=STAFF)
    care_lifecycle_until = fields.Date(
        string="Stage Kept until",
        readonly=True,
        copy=False,
        groups=STAFF,
        help="The stage was set by hand: the rules leave it alone up to this day.",
    )
    care_lifecycle_reason = fields.Char(string="Reason of the Stage", readonly=True, copy=False, groups=STAFF)

    @api.model
    def _care_expand_lifecycle_stages(self, stages, domain):
        return stages.sudo().search(Domain.TRUE).sudo(False)

    @api.model
    def _commercial_fields(self):
        return [*super()._commercial_fields(), *LIFECYCLE_FIELDS]

    @api.model_create_multi
    def create(self, vals_list):
        self._care_refuse_lifecycle(vals_list)
        hidden = {f"default_{name}" for name in LIFECYCLE_FIELDS}
        if not self.env.su and hidden.intersection(self.env.context):
            context = {key: value for key, value in self.env.context.items() if key not in hidden}
            self = self.with_context(context)  # pylint: disable=context-overridden
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and any(name in vals for name in LIFECYCLE_FIELDS):
            given = {name: vals[name] for name in LIFECYCLE_FIELDS if name in vals}
            # Core copies a company's values to its contacts; what changes nothing passes.
            if any(self._care_is_changed(name, value) for name, value in given.items()):
                self._care_refuse_lifecycle([given])
            vals = {name: value for name, value in vals.items() if name not in given}
        return super().write(vals)

    def _care_is_changed(self, name, value):
        field = self._fields[name]
        return any(
            field.convert_to_write(partner[name], partner) != (value or False) for partner in self.sudo()
        )

    def _care_refuse_lifecycle(self, vals_list):
        """:raises AccessError: when a user names a field that only the program sets"""
        if not self.env.su and any(
            vals.get(name) for vals in vals_list for name in LIFECYCLE_FIELDS if name in vals
        ):
            raise AccessError(
                self.env._("The life-cycle stage is set by its rules, or by hand with a reason and an end.")
            )

    def action_care_set_lifecycle(self):
        """Open the dialog that sets the stage of the customers by hand."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set Life-Cycle Stage"),
            "res_model": "customer.lifecycle.set",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.commercial_partner_id.ids},
        }

    def action_care_open_lifecycle(self):
        """Open the history of stages of the customer."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_lifecycle_change_action"),
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
        }

    def _care_set_lifecycle(self, stage, reason, date_until):
        """Put the customers into a stage by hand. Rights are the caller's affair.

        :param date_until: last day on which the rules leave the stage alone
        """
        partners = self.sudo().commercial_partner_id
        today = fields.Date.context_today(self)
        self.env["customer.lifecycle.change"]._log(
            [
                {
                    "partner_id": partner.id,
                    "from_stage_id": partner.care_lifecycle_stage_id.id,
                    "to_stage_id": stage.id,
                    "source": "manual",
                    "reason": reason,
                    "date_until": date_until,
                }
                for partner in partners
            ]
        )
        self.env["customer.care.event"]._log(
            [
                {
                    **partner._prepare_care_event_vals(
                        "lifecycle_changed",
                        f"{partner.care_lifecycle_stage_id.name or '-'} → {stage.name}",
                    ),
                    "user_id": self.env.uid,
                }
                for partner in partners
            ]
        )
        for moved, partners_of in partners.grouped(
            lambda partner: partner.care_lifecycle_stage_id != stage
        ).items():
            vals = {
                "care_lifecycle_stage_id": stage.id,
                "care_lifecycle_until": date_until,
                "care_lifecycle_reason": reason,
            }
            partners_of.write({**vals, "care_lifecycle_date": today} if moved else vals)
