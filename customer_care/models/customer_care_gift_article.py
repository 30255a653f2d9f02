from odoo import fields, models


class CustomerCareGiftArticle(models.Model):
    """What is given to customers."""

    _name = "customer.care.gift.article"
    _description = "Gift Article"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Leave empty to offer it in all companies.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self._default_currency_id()
    )
    value = fields.Monetary(string="Value of One")
    note = fields.Char()

    _check_value = models.Constraint("CHECK(value >= 0)", "The value of a gift cannot be negative.")

    def _default_currency_id(self):
        return self.env.company.currency_id
