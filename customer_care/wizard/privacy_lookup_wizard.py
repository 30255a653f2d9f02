from odoo import models


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query_models_blacklist(self):
        """What proves how requests and consents were dealt with is not for the lookup's delete buttons."""
        return super()._get_query_models_blacklist() + [
            "customer.consent",
            "customer.privacy.log",
            "customer.privacy.request",
        ]
