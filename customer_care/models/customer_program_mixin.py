from odoo import api, models
from odoo.exceptions import AccessError


class CustomerProgramMixin(models.AbstractModel):
    """Rows that only the program writes, as superuser: what was noted, given or computed. People read them."""

    _name = "customer.program.mixin"
    _description = "Rows that only the Program Writes"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_program()
        return super().create(vals_list)

    def write(self, vals):
        self._check_program()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_program(self):
        self._check_program()

    def _check_program(self):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su:
            raise AccessError(self._get_program_error())

    def _get_program_error(self):
        """Return why nobody writes such rows. Override to say it in the words of the model."""
        return self.env._("These rows are written by the program alone.")
