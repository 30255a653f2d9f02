from odoo import fields, models
from odoo.exceptions import UserError


class CustomerCareMeasure(models.Model):
    """Measures that are gifts: made, approved and handed over as gifts, with their cost in the plan."""

    _inherit = "customer.care.measure"

    gift_ids = fields.One2many("customer.care.gift", "measure_id", string="Gifts", readonly=True)
    gift_count = fields.Integer(string="Number of Gifts", compute="_compute_gift_count")

    def _compute_gift_count(self):
        counts = dict(
            self.env["customer.care.gift"]._read_group(
                [("measure_id", "in", self.ids)], ["measure_id"], ["__count"]
            )
        )
        for measure in self:
            measure.gift_count = counts.get(measure._origin, 0)

    def action_create_gift(self):
        """Open a new gift of this measure.

        :raises UserError: the measure is not open, or no gift
        """
        self.ensure_one()
        self.check_access("read")
        self.env["customer.care.gift"].check_access("create")
        if self.kind != "gift" or self.state != "planned" or not self.is_live:
            raise UserError(self.env._("%(measure)s is not open work of a running plan.", measure=self.name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Gift"),
            "res_model": "customer.care.gift",
            "views": [(False, "form")],
            "context": self._get_gift_context(),
        }

    def _get_gift_context(self):
        self.ensure_one()
        today = fields.Date.context_today(self)
        return {
            "default_measure_id": self.id,
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_name": self.name,
            "default_date": fields.Date.to_string(max(self.date or today, today)),
            "default_amount": self.currency_id._convert(
                self.cost, self.company_id.currency_id, self.company_id, today
            ),
        }

    def action_open_gifts(self):
        """Open the gifts of the measure."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_gift_action"),
            "domain": [("measure_id", "=", self.id)],
            "context": self._get_gift_context(),
        }

    def _add_given(self, gift):
        """Count a gift that was handed over (singleton, as superuser); with the last customer's the measure is done."""
        self.ensure_one()
        given = self.gift_ids.filtered(lambda one: one.state == "given")
        today = fields.Date.context_today(self)
        count = len(self._get_partners().commercial_partner_id)
        self.write(
            {
                "actual_cost": self.actual_cost
                + gift.currency_id._convert(gift.amount, self.currency_id, self.company_id, today),
                "progress": min(99, 100 * len(given) // max(count, 1)),
                "note": "\n".join(filter(None, [self.note, gift.evidence])) or False,
            }
        )
        if len(given) >= count:
            # The gifts stand in the log of contacts themselves.
            self._finish(gift.date_given, gift.given_by_id, is_logged=True)

    def _get_contact_partners(self):
        """Who was handed a gift has it in the log of contacts already."""
        given = self.gift_ids.filtered(lambda gift: gift.state == "given").commercial_partner_id
        return (
            super()
            ._get_contact_partners()
            .filtered(lambda partner: partner.commercial_partner_id not in given)
        )
