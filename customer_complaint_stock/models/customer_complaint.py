from odoo import api, fields, models

# who may read lots; others read number and product as text
WAREHOUSE = "stock.group_stock_user"


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot or Serial Number",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,  # which would read it, and few may
        groups=WAREHOUSE,
    )

    @api.model
    def _get_reference_models(self):
        return [*super()._get_reference_models(), "stock.picking"]

    @api.onchange("lot_id")
    def _onchange_lot_id(self):
        """A serial number says which product it is; both stay readable as text."""
        if self.lot_id:
            self.product_id = self.lot_id.product_id
            self.product_ref = f"{self.lot_id.product_id.display_name} / {self.lot_id.name}"

    @api.model
    def _get_taken_over(self):
        return (*super()._get_taken_over(), "lot_id")
