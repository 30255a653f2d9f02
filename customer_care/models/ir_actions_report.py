from odoo import models

from ..tools.pictures import drop_foreign


class IrActionsReport(models.Model):
    """Our print-outs hold texts of strangers: the program that makes the PDF fetches nothing that they name."""

    _inherit = "ir.actions.report"

    def _prepare_html(self, html, report_model=False):
        if (self.report_name or "").startswith("customer_"):
            html = drop_foreign(html, self._get_report_url())
        return super()._prepare_html(html, report_model=report_model)
