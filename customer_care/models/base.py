from odoo import api, models

from ..tools.import_sheets import SHEETS, get_file_name


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def get_import_templates(self):
        """Offer our templates on the screen of Odoo's import, in the reader's language."""
        return super().get_import_templates() + self._care_get_import_templates()

    @api.model
    def _care_get_import_templates(self):
        titles = {
            "customers": self.env._("Template for Customers"),
            "purchases": self.env._("Template for Purchases"),
            "needs": self.env._("Template for Needs"),
            "consents": self.env._("Template for Consents"),
            "anniversaries": self.env._("Template for Anniversaries"),
        }
        return [
            {
                "label": titles[name],
                "template": f"/customer_care/static/xls/{get_file_name(name, self.env.lang, 'xlsx')}",
            }
            for name, sheet in SHEETS.items()
            if sheet.model == self._name
        ]
