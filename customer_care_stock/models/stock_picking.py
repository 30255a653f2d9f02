import logging

from odoo import models

_logger = logging.getLogger(__name__)


class StockPicking(models.Model):
    """A delivery that was made plans the callbacks of the rules that ask for it."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "customer.care.mixin"]

    def _action_done(self):
        result = super()._action_done()
        self._care_plan_callbacks()
        return result

    def _care_plan_callbacks(self):
        """Plan in one go for all first deliveries among these; whatever goes wrong, the goods are delivered."""
        deliveries = self.filtered(lambda picking: picking._care_is_first_delivery())
        if not deliveries:
            return
        try:
            with self.env.cr.savepoint():
                self.env["customer.callback.rule"].sudo()._plan("delivered", deliveries)
                self.env.flush_all()
        except Exception:  # pylint: disable=broad-except
            # a rule that cannot be used must not stop the goods
            _logger.exception("No callbacks could be planned for the deliveries %s", deliveries.ids)

    def _care_is_first_delivery(self):
        """Whether goods went out to a customer for the first time: no return, no rest of a delivery.

        Override for another rule.
        """
        self.ensure_one()
        return (
            self.state == "done"
            and self.picking_type_code == "outgoing"
            and bool(self.partner_id)
            and not self.return_id
            and not self.backorder_id
        )

    def _care_get_summary(self):
        return " · ".join(text for text in (self.name, self.origin) if text)
