from collections import defaultdict

from odoo import api, models
from odoo.fields import Command

from ..tools.import_sheets import SHEETS, get_file_name

# Our models.
OURS = "customer."
# Commands of lists that carry values, and those that name rows.
WITH_VALUES = (Command.CREATE, Command.UPDATE)
WITH_ID = (Command.UPDATE, Command.LINK)


class Base(models.AbstractModel):
    """What every model can do."""

    _inherit = "base"

    # Forms name nothing that is hidden

    def onchange(self, values, field_names, fields_spec):
        """Fill in a form of ours, unless a client names in it a document that its user may not read.

        Names and related fields are computed as superuser, whatever the form is about.

        :raises AccessError: for such a document, in the values or in the defaults of the context
        """
        if self._name.startswith(OURS) and not self.env.su:
            begin = "default_"
            defaults = {
                key.removeprefix(begin): value
                for key, value in self.env.context.items()
                if key.startswith(begin)
            }
            named = defaultdict(set)
            self._care_add_named({**defaults, **values}, named)
            for name, ids in named.items():
                self.env[name].browse(ids).exists().check_access("read")
        return super().onchange(values, field_names, fields_spec)

    def _care_add_named(self, values, named):
        """Add to ``{model: {ids}}`` the documents that the values of a form name and the record does not yet."""
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None or not field.relational or not value:
                continue
            comodel = self.env[field.comodel_name]
            if field.type == "many2one":
                ids = {value.get("id") if isinstance(value, dict) else value}
            else:
                ids = set()
                for command in value if isinstance(value, list) else ():
                    ids |= self._care_get_named_rows(comodel, command, named)
            if comodel._care_is_document():
                ids = {number for number in ids if isinstance(number, int) and not isinstance(number, bool)}
                if ids := ids.difference(self[name].ids):
                    named[comodel._name] |= ids

    def _care_get_named_rows(self, comodel, command, named):
        """Return the ids of rows that a command of a list names; what its values name is added to ``named``."""
        if not isinstance(command, list | tuple):
            return {command}
        if command and command[0] in WITH_VALUES and isinstance(command[-1], dict):
            comodel._care_add_named(command[-1], named)
        if len(command) > 1 and command[0] in WITH_ID:
            return {command[1]}
        if len(command) > 2 and command[0] == Command.SET:
            return set(command[2] or ())
        return set()

    @api.model
    def _care_is_document(self):
        """Return whether rows of this model are about a customer, so that not everybody sees all of them."""
        return self._name.startswith(OURS) and not self._transient and "partner_id" in self._fields

    # Import

    @api.model
    def get_import_templates(self):
        """Offer our templates on the screen of Odoo's import, in the reader's language."""
        return super().get_import_templates() + self._care_get_import_templates()

    @api.model
    def _care_get_import_templates(self):
        titles = {
            "customers": self.env._("Template for Customers"),
            "purchases": self.env._("Template for Purchases"),
            "needs": self.env._("Template for Needs"),
            "consents": self.env._("Template for Consents"),
            "anniversaries": self.env._("Template for Anniversaries"),
        }
        return [
            {
                "label": titles[name],
                "template": f"/customer_care/static/xls/{get_file_name(name, self.env.lang, 'xlsx')}",
            }
            for name, sheet in SHEETS.items()
            if sheet.model == self._name
        ]
