from odoo import api, fields, models

from .customer_complaint import STAFF

DONE_FOR = ("category_id", "cause_id", "team_id", "product_ref", "company_id")


class CustomerComplaint(models.Model):
    """The corrective and preventive actions that complaints led to."""

    _inherit = "customer.complaint"

    action_ids = fields.Many2many(
        "customer.complaint.action",
        "customer_complaint_action_rel",
        "complaint_id",
        "action_id",
        string="Corrective Actions",
        copy=False,
        groups=STAFF,
    )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        # given for each: no default of the context or of a user takes its place
        complaints = super().create([{"action_ids": [], **vals} for vals in vals_list])
        if any(vals.get("action_ids") for vals in vals_list):
            complaints._check_linked_actions(self.env["customer.complaint.action"])
        return complaints

    def write(self, vals):
        if self.env.su or "action_ids" not in vals:
            return super().write(vals)
        before = self.sudo().action_ids
        result = super().write(vals)
        self._check_linked_actions(before)
        return result

    def _check_linked_actions(self, before):
        """Whoever links or unlinks an action changes it: it begins to watch other complaints.

        :param before: the actions (as superuser) of the complaints until now
        """
        after = self.sudo().action_ids
        changed = ((before - after) | (after - before)).exists().sudo(False)
        changed.check_access("write")
        changed._check_change({"complaint_ids": True})

    def action_create_corrective(self):
        """Open a new action for the complaints, with what they have in common."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Corrective Action"),
            "res_model": "customer.complaint.action",
            "views": [(False, "form")],
            "context": self._prepare_action_context(),
        }

    def _prepare_action_context(self):
        """Return the defaults of an action for these complaints. Override to add some."""
        context = {"default_complaint_ids": self.ids}
        for name in DONE_FOR:
            values = {one[name] for one in self}
            if len(values) == 1 and (value := values.pop()):
                context[f"default_{name}"] = value if isinstance(value, str) else value.id
        if len(self) == 1:
            context["default_name"] = self.name
        if not self.cause_id and not self.cause_ids:
            # without a cause something else tells whether it comes back
            has_product = "default_product_ref" in context
            context |= {
                "default_same_cause": False,
                f"default_same_{'product' if has_product else 'category'}": True,
            }
        return context

    def action_view_actions(self):
        """Open the corrective and preventive actions of the complaints."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_action_action"
            ),
            "domain": [("complaint_ids", "in", self.ids)],
            "context": self._prepare_action_context(),
        }
