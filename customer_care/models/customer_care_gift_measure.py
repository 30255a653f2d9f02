from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerCareGift(models.Model):
    """A gift that a care plan planned: its cost is in the plan, and handing it over does the measure."""

    _inherit = "customer.care.gift"

    measure_id = fields.Many2one(
        "customer.care.measure",
        string="Planned by",
        copy=False,
        ondelete="set null",
        check_company=True,
        index="btree_not_null",
        domain="[('kind', '=', 'gift'), ('state', '=', 'planned'), ('is_live', '=', True), '|',"
        " ('commercial_partner_id', '=', commercial_partner_id),"
        " ('plan_id.member_ids.partner_id', '=', commercial_partner_id)]",
        help="The measure of a care plan that this gift is. Its cost then counts in the plan only; a gift of no plan "
        "counts by itself against the yearly budget of the grade.",
    )

    _measure_uniq = models.UniqueIndex(
        "(measure_id, commercial_partner_id) WHERE measure_id IS NOT NULL AND state != 'cancelled'",
        "The customer has a gift of this measure already.",
    )

    @api.constrains("measure_id", "partner_id")
    def _check_measure(self):
        """:raises ValidationError: the measure is no gift of an approved plan for this customer"""
        # The message must not name a measure that the user may not see.
        self.measure_id.sudo(False).check_access("read")
        for gift in self.filtered("measure_id"):
            measure = gift.measure_id.sudo()
            if measure.kind != "gift" or not measure.is_live:
                raise ValidationError(
                    self.env._("%(measure)s is not the gift of an approved plan.", measure=measure.name)
                )
            if gift.commercial_partner_id not in measure._get_partners().commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "The plan of %(measure)s is not for %(customer)s.",
                        measure=measure.name,
                        customer=gift.commercial_partner_id.display_name,
                    )
                )

    def _get_planned_cost(self):
        """Return what the measure of the gift (singleton) plans for one customer, in the currency of the gift."""
        measure, company = self.measure_id.sudo(), self.company_id or self.env.company
        today = fields.Date.context_today(self)
        return (
            measure.currency_id._convert(measure.cost, self.currency_id, company, today) if measure else 0.0
        )

    def _log_given(self):
        result = super()._log_given()
        for gift in self.sudo().filtered(lambda gift: gift.measure_id.state == "planned"):
            gift.measure_id._add_given(gift)
        return result
