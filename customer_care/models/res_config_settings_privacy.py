from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_contact_from = fields.Float(related="company_id.care_contact_from", readonly=False)
    care_contact_to = fields.Float(related="company_id.care_contact_to", readonly=False)
    care_request_days = fields.Integer(related="company_id.care_request_days", readonly=False)
    care_export_days = fields.Integer(related="company_id.care_export_days", readonly=False)
