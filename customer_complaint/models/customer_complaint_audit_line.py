from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CustomerComplaintAuditLine(models.Model):
    """The result of one check in one audit."""

    _name = "customer.complaint.audit.line"
    _description = "Result of a Check"
    _inherit = "customer.guard.mixin"
    _order = "audit_id, sequence, id"
    _guarded_fields = {
        "audit_id": False,
        "check_id": False,
        "sequence": 10,
        "name": False,
        "clause": False,
        "target": 0,
        "is_manual": False,
        "is_judged": False,
        "judged_count": 0,
        "good_count": 0,
        "percent": 0,
        "has_previous": False,
        "previous_percent": 0,
        "offenders": False,
    }

    audit_id = fields.Many2one(
        "customer.complaint.audit", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="audit_id.company_id")
    check_id = fields.Many2one("customer.complaint.audit.check", readonly=True, ondelete="set null")
    sequence = fields.Integer(readonly=True)
    name = fields.Char(string="Question", readonly=True, translate=True)
    clause = fields.Char(string="Clauses", readonly=True)
    target = fields.Float(string="Target (%)", readonly=True, aggregator=None)
    is_manual = fields.Boolean(string="Answered by a Person", readonly=True)
    is_judged = fields.Boolean(readonly=True)
    judged_count = fields.Integer(string="Judged", readonly=True)
    good_count = fields.Integer(string="Fulfilled", readonly=True)
    offender_count = fields.Integer(string="Not Fulfilled", compute="_compute_offender_count")
    percent = fields.Float(string="Result (%)", readonly=True, aggregator=None)
    has_previous = fields.Boolean(readonly=True)
    previous_percent = fields.Float(string="Last Audit (%)", readonly=True, aggregator=None)
    offenders = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    answer = fields.Selection([("yes", "Fulfilled"), ("partly", "Partly Fulfilled"), ("no", "Not Fulfilled")])
    evidence = fields.Text(help="What was looked at: documents, records, people asked.")
    measure = fields.Text(help="What is done about it.")
    responsible_id = fields.Many2one("res.users", string="Done by", domain=[("share", "=", False)])
    due_date = fields.Date(string="Done until")
    status = fields.Selection(
        [
            ("reached", "Target Reached"),
            ("missed", "Target Missed"),
            ("open", "Not Answered"),
            ("none", "Nothing to Judge"),
        ],
        compute="_compute_status",
    )

    _once = models.UniqueIndex("(audit_id, check_id)", "The check is in the audit already.")

    @api.depends("judged_count", "good_count")
    def _compute_offender_count(self):
        for line in self:
            line.offender_count = line.judged_count - line.good_count

    @api.depends("is_manual", "is_judged", "answer", "percent", "target")
    def _compute_status(self):
        for line in self:
            if line.is_manual:
                line.status = {"yes": "reached", False: "open"}.get(line.answer, "missed")
            elif not line.is_judged:
                line.status = "none"
            else:
                line.status = "reached" if round(line.percent, 2) >= line.target else "missed"

    def action_open_offenders(self):
        """Open the complaints that do not fulfil the check (singleton), as far as the reader may see them."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "customer.complaint",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.sudo().offenders or [])],
            "context": {"active_test": False},
        }

    def _check_change(self, vals):
        if any(line.audit_id.state == "done" for line in self.sudo()):
            raise UserError(self.env._("The results of a finished audit do not change any more."))
        return super()._check_change(vals)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The lines of an audit are made by the program."))
        return super().create(vals_list)
