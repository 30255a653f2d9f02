"""Many2one of tables with very many rows that only the program writes."""

from odoo import fields
from odoo.tools import SQL


class Reference(fields.Many2one):
    """A Many2one without a foreign key.

    Checking a foreign key costs as much as inserting the row itself. The program that writes the rows looks after them:
    it removes or moves them when what they name is deleted or merged.
    """

    def update_db_foreign_key(self, model, column):
        """Make no foreign key, and drop the one of a time when this was a plain Many2one."""
        model.env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s",
                SQL.identifier(model._table),
                SQL.identifier(f"{model._table}_{self.name}_fkey"),
            )
        )
