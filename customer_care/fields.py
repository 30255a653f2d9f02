"""Many2one of tables with very many rows that only the program writes."""

from odoo import fields


class Reference(fields.Many2one):
    """A Many2one without a foreign key.

    Checking a foreign key costs as much as inserting the row itself. The program that writes the rows looks after them:
    it removes or moves them when what they name is deleted or merged.
    """

    def update_db_foreign_key(self, model, column):
        """Make no foreign key."""
