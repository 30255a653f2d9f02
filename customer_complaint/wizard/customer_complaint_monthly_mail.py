from odoo import models


class CustomerComplaintMonthly(models.TransientModel):
    """The monthly report by mail."""

    _inherit = "customer.complaint.monthly"

    def _get_mail_tiles(self):
        """Return the tiles of the month beside those of the month before."""
        self.ensure_one()
        figures, question = self._get_figures(), self._get_question()
        before = question.at(question.period.get_earlier("period"))
        return figures._show_tiles(figures._query_totals(question), figures._query_totals(before))

    def _render_mail(self):
        return self.env["ir.qweb"]._render(
            "customer_complaint.complaint_monthly_mail", {"report": self, "tiles": self._get_mail_tiles()}
        )
