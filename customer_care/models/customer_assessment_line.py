from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerAssessmentLine(models.Model):
    """One answered question of an assessment."""

    _name = "customer.assessment.line"
    _description = "Assessment Answer"
    _order = "sequence, id"
    _rec_name = "item_id"

    assessment_id = fields.Many2one("customer.assessment", required=True, index=True, ondelete="cascade")
    item_id = fields.Many2one(
        "customer.assessment.item", string="Question", required=True, index=True, ondelete="restrict"
    )
    description = fields.Char(related="item_id.description")
    sequence = fields.Integer(default=100)
    # Its own, so that a later change of the question changes no past score.
    weight = fields.Float(required=True, readonly=True, digits=(6, 2), aggregator=None)
    value = fields.Selection(
        [
            ("1", "1 - very poor"),
            ("2", "2 - poor"),
            ("3", "3 - fair"),
            ("4", "4 - good"),
            ("5", "5 - very good"),
        ],
        string="Answer",
    )
    note = fields.Char()
    company_id = fields.Many2one(
        related="assessment_id.company_id", store=True, precompute=True, index="btree_not_null"
    )

    _once_uniq = models.UniqueIndex("(assessment_id, item_id)", "This question is already on the sheet.")

    @api.model_create_multi
    def create(self, vals_list):
        items = self.env["customer.assessment.item"].browse([vals.get("item_id") for vals in vals_list])
        lines = super().create(
            [
                {**vals, "weight": item.weight, "sequence": item.sequence}
                for vals, item in zip(vals_list, items, strict=True)
            ]
        )
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        if not self.env.su:
            # The weight is the question's.
            vals = {name: value for name, value in vals.items() if name != "weight"}
        result = super().write(vals)
        self._check_draft()  # nor may a line move to a confirmed sheet
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self._check_draft()

    def _check_draft(self):
        """:raises UserError: when the sheet is confirmed"""
        if not self.env.su and any(state != "draft" for state in self.assessment_id.mapped("state")):
            raise UserError(self.env._("A confirmed assessment cannot be changed. Make a new one."))
