from odoo import api, fields, models


class CrmLead(models.Model):
    """Opportunities of customers stand in the customer's timeline: made from a callback, won, lost."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "customer.care.mixin"]

    care_callback_id = fields.Many2one(
        "customer.callback",
        string="From the Callback",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._care_check_callback()
        leads.filtered(lambda lead: lead.sudo().care_callback_id)._care_log("opportunity_created")
        ended = leads.filtered(lambda lead: lead.won_status in ("won", "lost"))
        ended._care_log_end()
        return leads

    def write(self, vals):
        before = {lead: lead.won_status for lead in self}
        result = super().write(vals)
        if "care_callback_id" in vals:
            self._care_check_callback()
        self.filtered(lambda lead: lead.won_status != before[lead])._care_log_end()
        return result

    def _care_check_callback(self):
        """:raises AccessError: a lead would name a callback that its writer may not see"""
        if not self.env.su:
            self.sudo().care_callback_id.sudo(False).check_access("read")

    def _care_log_end(self):
        """Append to the timeline how opportunities ended, in one batch for won and for lost ones."""
        for status in ("won", "lost"):
            ended = self.filtered(
                lambda lead, status=status: lead.won_status == status and lead.type == "opportunity"
            )
            ended._care_log(f"opportunity_{status}")

    def _care_get_summary(self):
        return self.name
