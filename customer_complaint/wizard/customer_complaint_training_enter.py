from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerComplaintTrainingEnter(models.TransientModel):
    """Enter one training for all who took part."""

    _name = "customer.complaint.training.enter"
    _description = "Enter a Training"

    qualification_id = fields.Many2one("customer.complaint.qualification", string="Topic", required=True)
    kind = fields.Selection(
        lambda self: self.env["customer.complaint.training"]._fields["kind"]._description_selection(self.env),
        required=True,
        default="training",
    )
    date = fields.Date(string="Held on", required=True, default=fields.Date.context_today)
    trainer = fields.Char()
    hours = fields.Float(string="Hours of Training")
    result = fields.Selection(
        lambda self: (
            self.env["customer.complaint.training"]._fields["result"]._description_selection(self.env)
        ),
        required=True,
        default="passed",
    )
    user_ids = fields.Many2many(
        "res.users",
        "customer_complaint_training_enter_user_rel",
        string="Participants",
        domain=[("share", "=", False)],
    )
    team_id = fields.Many2one(
        "customer.complaint.team", string="Add the Members of", help="All members of the team take part."
    )

    @api.onchange("team_id")
    def _onchange_team_id(self):
        self.user_ids |= self.team_id.member_ids
        self.team_id = False

    def action_confirm(self):
        """Create a record for each participant; who has it already is left out.

        :raises UserError: without participants
        """
        self.ensure_one()
        Training = self.env["customer.complaint.training"]
        Training.check_access("create")
        if not self.user_ids:
            raise UserError(self.env._("Please say who took part."))
        same = (
            Domain("qualification_id", "=", self.qualification_id.id)
            & Domain("kind", "=", self.kind)
            & Domain("date", "=", self.date)
        )
        known = Training.sudo().search(same & Domain("user_id", "in", self.user_ids.ids)).user_id
        Training.create(
            [
                {
                    "user_id": user.id,
                    "qualification_id": self.qualification_id.id,
                    "company_id": (self.qualification_id.company_id or self.env.company).id,
                    "kind": self.kind,
                    "date": self.date,
                    "trainer": self.trainer,
                    "hours": self.hours,
                    "result": self.result,
                }
                for user in self.user_ids - known
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_training_action"
        )
        return {**action, "domain": list(same), "target": "main"}
