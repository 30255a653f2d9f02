from odoo import models
from odoo.fields import Domain

from .customer_complaint_stage import OPEN_PHASES

# Of the one to-do of a leader for all complaints that wait for a handler.
NOBODY = "customer_complaint.mail_activity_type_nobody"


class CustomerComplaint(models.Model):
    """To-dos that the program gave end with their complaint; those that people planned stay."""

    _inherit = "customer.complaint"

    def _complaint_on_ended(self):
        result = super()._complaint_on_ended()
        self._end_todos()
        return result

    def _end_todos(self):
        """Remove the to-dos of the complaints; that for all without handler goes on to the next (as superuser)."""
        todos = (
            self.env["mail.activity"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids), ("automated", "=", True)])
        )
        nobody = self.env.ref(NOBODY, raise_if_not_found=False)
        for todo in todos.filtered(lambda todo: todo.user_id and todo.activity_type_id == nobody):
            other = self._find_unhandled(todo.user_id)
            if other:
                todo.res_id = other.id
                todos -= todo
        todos.unlink()

    def _find_unhandled(self, user):
        """Return an open complaint without handler in a team of the user, may be empty."""
        domain = Domain("phase", "in", OPEN_PHASES) & Domain("user_id", "=", False)
        his = Domain("team_id.user_id", "=", user.id) | Domain("team_id.manager_id", "=", user.id)
        return self.with_user(user).search(domain & his, limit=1)
