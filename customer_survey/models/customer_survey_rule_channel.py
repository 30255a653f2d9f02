from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# People deliver these; an anonymous survey would not be anonymous to them.
BY_PEOPLE = ("link", "phone")
# What the gate says, as the reason that is kept; its other reasons are the customer's will.
GATE_OUTCOMES = {"email_blocked": "blacklisted", "phone_blocked": "blacklisted", "problem": "problem"}


class CustomerSurveyRule(models.Model):
    """By which channel a rule asks, and what stands in for it where that one leads nowhere."""

    _inherit = "customer.survey.rule"

    channel = fields.Selection(
        selection=lambda self: self._selection_channel(),
        string="Ask By",
        required=True,
        default="email",
        help="How customers are asked. Link or QR code: the rule makes a link for each of them, which you hand "
        "over. Phone: the customers appear in the list To Ask by Phone.",
    )
    second_channel = fields.Selection(
        selection=lambda self: self._selection_channel(),
        string="Otherwise By",
        help="For those who cannot be reached by the first: no address, or one on the blacklist.",
    )
    third_channel = fields.Selection(
        selection=lambda self: self._selection_channel(),
        string="Or Else By",
        help="For those who cannot be reached by the first two.",
    )
    link_count = fields.Integer(string="Links", compute="_compute_waiting_counts")
    call_count = fields.Integer(string="To Ask by Phone", compute="_compute_waiting_counts")

    def _compute_waiting_counts(self):
        groups = (
            self.env["survey.user_input"]
            .sudo()
            ._read_group(
                [("care_rule_id", "in", self.ids), ("care_status", "in", ("to_call", "to_hand_over"))],
                ["care_rule_id", "care_status"],
                ["__count"],
            )
        )
        counts = {(rule.id, status): count for rule, status, count in groups}
        for rule in self:
            rule.link_count = counts.get((rule.id, "to_hand_over"), 0)
            rule.call_count = counts.get((rule.id, "to_call"), 0)

    @api.model
    def _selection_channel(self):
        known = self._get_known_channels()
        labels = self.env["customer.survey.request"]._fields["channel"]._description_selection(self.env)
        return [(code, label) for code, label in labels if code in known]

    @api.model
    def _get_known_channels(self):
        """Return the codes of the channels that are installed. Override to add one."""
        return {"email", "link", "phone"}

    @api.constrains("channel", "second_channel", "third_channel", "survey_id")
    def _check_channel(self):
        for rule in self:
            chosen = [rule.channel, rule.second_channel, rule.third_channel]
            if rule.sudo().survey_id.care_is_anonymous and not set(BY_PEOPLE).isdisjoint(chosen):
                raise ValidationError(
                    self.env._(
                        "An anonymous survey is asked by mail alone: whoever hands over a link or rings knows who "
                        "answers. Or open the survey to everybody and print its QR code."
                    )
                )
            if rule.third_channel and not rule.second_channel:
                raise ValidationError(self.env._("Choose the second channel before the third."))

    @api.ondelete(at_uninstall=False)
    def _unlink_cancelling_invitations(self):
        """Take back what is not on its way yet: without its rule nobody would send it."""
        waiting = self.env["survey.user_input"].sudo()
        waiting = waiting.search(
            [("care_rule_id", "in", self.ids), ("care_status", "in", ("to_send", "to_call", "to_hand_over"))]
        )
        waiting._care_cancel(self.env._("The rule was deleted."))

    def _get_channels(self):
        """Return the channels of the rule (singleton) in the order in which they are tried."""
        chosen = dict.fromkeys([self.channel, self.second_channel, self.third_channel])
        known = self._get_known_channels()
        if self.survey_id.care_is_anonymous:
            known = known - set(BY_PEOPLE)
        return [channel for channel in chosen if channel in known]

    def _get_reach(self, partners, channels=None):
        """Return `{partner id: (channel, outcome)}`: the first channel that leads to each, without the quiet period.

        Who is reached by none has the outcome of the first.

        :param channels: what somebody chose by hand instead of the rule's channels
        """
        reach, left = {}, partners
        for channel in channels or self._get_channels():
            outcomes = self._get_outcomes(left, channel)
            for partner in left:
                outcome = outcomes[partner.id]
                if outcome == "asked" or partner.id not in reach:
                    reach[partner.id] = (channel, outcome)
            left = left.filtered(lambda partner: reach[partner.id][1] != "asked")
            if not left:
                break
        return {partner.id: reach.get(partner.id, (False, "unusable")) for partner in partners}

    def _get_outcomes(self, partners, channel="email"):
        """Return {partner id: outcome} of one channel, without sample, quota and quiet period.

        Override to add reasons for not asking.
        """
        survey = self.survey_id
        usable = survey._care_is_usable() and survey._care_is_measuring()
        goal = self.env["customer.consent.purpose"]._get_by_code("survey")
        codes = {}
        if partners.ids:
            query = partners._care_gate_query(goal, channel, SQL("p.id = ANY(%s)", partners.ids))
            codes = {row["id"]: row["codes"] for row in self.env.execute_query_dict(query)}
        outcomes = {}
        for partner in partners:
            if not usable:
                outcomes[partner.id] = "unusable"
            elif not partner.partner_share:
                outcomes[partner.id] = "colleague"
            elif "unwanted" in codes[partner.id]:
                outcomes[partner.id] = "do_not_contact"
            elif not self._is_addressable(partner, channel):
                outcomes[partner.id] = "no_address"
            elif codes[partner.id]:
                outcomes[partner.id] = GATE_OUTCOMES.get(codes[partner.id][0], "do_not_contact")
            else:
                outcomes[partner.id] = "asked"
        return outcomes

    @api.model
    def _is_addressable(self, partner, channel):
        """Tell whether a customer has what a channel needs (partner is a singleton)."""
        if channel == "email":
            return bool(partner.email_normalized)
        if channel in ("phone", "sms"):
            return bool(partner.phone or partner.commercial_partner_id.phone)
        return True

    def _get_address_sql(self, partner, channel):
        """Return the condition that a person has what a channel needs: ``_is_addressable`` in the database.

        :param partner: SQL, alias of ``res_partner``
        """
        if channel == "email":
            return SQL("COALESCE(%s.email_normalized, '') <> ''", partner)
        if channel in ("phone", "sms"):
            return SQL(
                "(COALESCE(%s.phone, '') <> '' OR EXISTS (SELECT FROM res_partner company"
                " WHERE company.id = %s.commercial_partner_id AND COALESCE(company.phone, '') <> ''))",
                partner,
                partner,
            )
        return SQL("TRUE")

    def _get_any_address_sql(self, partner):
        """Return the condition that a person can be reached by one of the rule's channels (singleton)."""
        terms = [self._get_address_sql(partner, channel) for channel in self._get_channels()]
        return SQL("(%s)", SQL(" OR ").join(terms)) if terms else SQL("FALSE")
