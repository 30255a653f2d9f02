from odoo import models
from odoo.exceptions import ValidationError


class ResUsers(models.Model):
    _inherit = "res.users"

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["customer.care.event"]._forget("user_id", ids)
        return result

    def _care_check_employees(self):
        """Work, and the mails about it, are for employees.

        :raises ValidationError: one is a customer or supplier with a login
        """
        for user in self.sudo().filtered("share"):
            raise ValidationError(self.env._("%(user)s is not an employee.", user=user.name))
