from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_sees_colleagues = fields.Boolean(
        "Sees Complaints of Colleagues",
        help="In the portal: also the complaints of all other contacts of the company, if the settings of the "
        "complaints allow it to named contacts.",
    )
