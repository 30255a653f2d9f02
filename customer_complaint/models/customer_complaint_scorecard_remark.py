from odoo import fields, models


class CustomerComplaintScorecardRemark(models.Model):
    """What a person says about his scorecard, and the answer: append-only, written by the program alone."""

    _name = "customer.complaint.scorecard.remark"
    _description = "Remark on a Scorecard"
    _order = "id"
    _rec_name = "text"

    scorecard_id = fields.Many2one(
        "customer.complaint.scorecard", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", string="Written by", required=True, readonly=True)
    kind = fields.Selection([("objection", "Objection"), ("answer", "Answer")], required=True, readonly=True)
    datetime = fields.Datetime(string="Written on", required=True, readonly=True, default=fields.Datetime.now)
    text = fields.Text(required=True, readonly=True)
