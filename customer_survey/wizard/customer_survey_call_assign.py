from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import CLOSE, notify
from odoo.exceptions import AccessError, UserError

WAITING = ("to_call", "to_hand_over")


class CustomerSurveyCallAssign(models.TransientModel):
    """Say who rings some customers, or hands links over to them. Whoever takes one over later still can."""

    _name = "customer.survey.call.assign"
    _description = "Assign Customers to Be Asked"

    answer_ids = fields.Many2many("survey.user_input", string="To Be Asked", required=True)
    answer_count = fields.Integer(string="Customers", compute="_compute_answer_count")
    candidate_ids = fields.Many2many("res.users", string="Who Can Ask", compute="_compute_candidate_ids")
    user_id = fields.Many2one(
        "res.users", string="Assign To", required=True, domain="[('id', 'in', candidate_ids)]"
    )
    waiting_count = fields.Integer(
        string="Waiting Already",
        compute="_compute_waiting_count",
        help="Customers whom this person has to ask already, those chosen here left out.",
    )

    @api.depends("answer_ids")
    def _compute_answer_count(self):
        for assign in self:
            assign.answer_count = len(assign.answer_ids)

    @api.depends("answer_ids")
    def _compute_candidate_ids(self):
        for assign in self:
            assign.candidate_ids = assign.answer_ids._care_get_askers()

    @api.depends("user_id", "answer_ids")
    def _compute_waiting_count(self):
        answers = self.env["survey.user_input"]
        groups = dict(
            answers._read_group(
                [("care_user_id", "in", self.user_id.ids), ("care_status", "in", WAITING)],
                ["care_user_id"],
                ["id:recordset"],
            )
        )
        for assign in self:
            waiting = groups.get(assign.user_id, answers)
            assign.waiting_count = len(set(waiting.ids) - set(assign.answer_ids.ids))

    def action_apply(self):
        """Assign the customers.

        :raises AccessError: the user is no supervisor, or may not see one of them
        :raises UserError: the person does not work for the customer care, or nobody is left to be asked
        """
        self.ensure_one()
        if not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Only supervisors assign who asks customers."))
        answers = self.answer_ids.exists()._care_check_delivered()
        waiting = answers.filtered(lambda answer: answer.care_status in WAITING)
        if not waiting:
            raise UserError(self.env._("None of these customers is to be asked by phone any more."))
        if self.user_id not in self.answer_ids._care_get_askers():
            raise UserError(
                self.env._(
                    "%(user)s does not ask these customers: choose somebody of the customer care "
                    "who works for their company.",
                    user=self.user_id.name,
                )
            )
        waiting.care_user_id = self.user_id
        return notify(
            self.env._(
                "%(user)s asks these customers: %(count)s", user=self.user_id.name, count=len(waiting)
            ),
            "success",
            CLOSE,
        )
