from odoo import fields, models

from .customer_care_plan import LIVE_STATES


class CustomerCareMeasure(models.Model):
    """Events and trainings that are held as a campaign: the customers of the plan are put on its list."""

    _inherit = "customer.care.measure"

    campaign_id = fields.Many2one(
        "customer.care.campaign",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="The customers of the plan are put on the list of this campaign once the plan is approved.",
    )

    def _sync_work(self):
        result = super()._sync_work()
        for measure in self.filtered(lambda measure: measure.state == "planned" and measure.campaign_id):
            if measure.kind in ("event", "training") and measure.plan_id.state in LIVE_STATES:
                measure.campaign_id.sudo()._add_partners(measure._get_partners(), measures=measure)
        return result

    def _take_back(self):
        """Take customers off the list as long as nobody has invited them."""
        result = super()._take_back()
        Participant = self.env["customer.care.campaign.participant"].sudo()
        Participant.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("state", "=", "target")]
        ).unlink()
        return result

    def _care_campaign_attended(self, participant):
        """The measure for one customer is done when the customer came; the campaign logs the contact itself."""
        opened = self.filtered(lambda measure: measure.state == "planned" and measure.scope == "customer")
        if opened:
            user = participant.campaign_id.user_id or self.env.user
            opened._finish(fields.Date.context_today(self), user, is_logged=True)

    def _get_spec(self):
        return {**super()._get_spec(), "campaign": self.campaign_id.name or ""}
