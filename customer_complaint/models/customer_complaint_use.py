from odoo import api, models
from odoo.exceptions import RedirectWarning


class CustomerComplaint(models.Model):
    """What is said when settings shall go that complaints still need."""

    _inherit = "customer.complaint"

    @api.model
    def _count_uses(self, records, name):
        """Return {record: number of complaints}, of all companies and also archived ones.

        :param records: what the many2one field ``name`` of complaints may point to
        """
        complaints = self.sudo().with_context(active_test=False)
        counts = complaints._read_group([(name, "in", records.ids)], [name], ["__count"])
        return {record.with_env(records.env): count for record, count in counts}

    @api.model
    def _list_uses(self, counts):
        """Return a text with one line a record: its name and how many complaints there are.

        :param counts: as of ``_count_uses``
        """
        return "\n".join(f"- {record.sudo().display_name}: {count}" for record, count in counts.items())

    @api.model
    def _raise_used(self, message, records, name):
        """Refuse a deletion, and offer the list of the complaints, where they can be changed all at once.

        :raises RedirectWarning: when complaints point to the records by the field ``name``
        """
        counts = self._count_uses(records, name)
        if not counts:
            return
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Complaints"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [(name, "in", [record.id for record in counts])],
            "context": {"active_test": False},
        }
        text = f"{message}\n{self._list_uses(counts)}"
        raise RedirectWarning(text, action, self.env._("Show the Complaints"))
