from odoo import api, fields, models
from odoo.tools import SQL, format_date

VALUE_FIELDS = ("value_text", "value_yes_no", "value_number", "value_date", "option_ids")


class CustomerCallbackAnswer(models.Model):
    """What a customer answered to one question in one call; written through ``set_answer`` of the callback alone.

    The text of the question is kept as it was asked.
    """

    _name = "customer.callback.answer"
    _description = "Answer in a Call"
    _order = "id desc"
    _rec_name = "question_title"

    callback_id = fields.Many2one(
        "customer.callback", required=True, readonly=True, index=True, ondelete="cascade"
    )
    question_id = fields.Many2one(
        "customer.callback.question", required=True, readonly=True, index=True, ondelete="restrict"
    )
    question_title = fields.Char(string="Question as Asked", required=True, readonly=True)
    script_id = fields.Many2one(
        "customer.callback.script", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        selection=lambda self: (
            self.env["customer.callback.question"]._fields["kind"]._description_selection(self.env)
        ),
        required=True,
        readonly=True,
    )
    value_text = fields.Text(string="Text", readonly=True)
    value_yes_no = fields.Selection([("yes", "Yes"), ("no", "No")], string="Yes or No", readonly=True)
    value_number = fields.Float(string="Number or Points", readonly=True, aggregator="avg")
    value_date = fields.Date(string="Date", readonly=True)
    option_ids = fields.Many2many(
        "customer.callback.option", string="Chosen Options", readonly=True, ondelete="restrict"
    )
    value_display = fields.Char(string="Answer", compute="_compute_value_display")

    # Of the callback, to look at answers by them.
    partner_id = fields.Many2one(
        "res.partner", string="Customer", related="callback_id.partner_id", store=True, index=True
    )
    user_id = fields.Many2one("res.users", string="Caller", related="callback_id.user_id", store=True)
    rule_id = fields.Many2one(
        "customer.callback.rule", related="callback_id.rule_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", related="callback_id.company_id", store=True, index=True)
    date = fields.Datetime(string="Answered on", readonly=True, default=fields.Datetime.now)

    _callback_question_uniq = models.Constraint(
        "UNIQUE(callback_id, question_id)", "A question is answered once in a call."
    )

    @api.depends(*VALUE_FIELDS, "kind")
    @api.depends_context("lang")
    def _compute_value_display(self):
        yes_no = dict(self._fields["value_yes_no"]._description_selection(self.env))
        for answer in self:
            if answer.kind in ("single", "multiple"):
                text = ", ".join(answer.option_ids.mapped("name"))
            elif answer.kind == "yes_no":
                text = yes_no.get(answer.value_yes_no, "")
            elif answer.kind in ("number", "scale"):
                text = f"{answer.value_number:g}"
            elif answer.kind == "date":
                text = format_date(self.env, answer.value_date)
            else:
                text = answer.value_text or ""
            answer.value_display = text

    def _get_value(self):
        """Return the value as the desk takes it: a text, a key, a number, an ISO date, or a list of ids."""
        self.ensure_one()
        if self.kind in ("single", "multiple"):
            return self.option_ids.ids
        if self.kind in ("number", "scale"):
            return self.value_number
        if self.kind == "date":
            return fields.Date.to_string(self.value_date)
        return self.value_yes_no if self.kind == "yes_no" else self.value_text

    def _read_group_select(self, aggregate_spec, query):
        # Only questions with numbers have an average.
        if aggregate_spec == "value_number:avg":
            return SQL(
                "%s FILTER (WHERE %s IN ('number', 'scale'))",
                super()._read_group_select(aggregate_spec, query),
                self._field_to_sql(self._table, "kind", query),
            )
        return super()._read_group_select(aggregate_spec, query)
