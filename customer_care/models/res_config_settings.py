from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    care_calendar_id = fields.Many2one(related="company_id.care_calendar_id", readonly=False)
    care_tz = fields.Selection(related="company_id.partner_id.tz", string="Company Time Zone", readonly=False)
    care_hours_tz = fields.Char(string="Time Zone of the Working Hours", compute="_compute_care_hours_tz")

    @api.depends("care_calendar_id", "company_id")
    def _compute_care_hours_tz(self):
        for settings in self:
            settings.care_hours_tz = (
                settings.care_calendar_id or settings.company_id.resource_calendar_id
            ).tz
