import json

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, html2plaintext
from odoo.tools.json import json_default

# What the form sends beside the values: those it had read before they were edited.
SEEN = "seen_values"
# Of these the browser sends single steps (add this row, remove that) or contents too large to compare.
NOT_COMPARED = ("one2many", "many2many", "binary", "properties", "properties_definition", "json")


class ChangedMeanwhile(UserError):
    """Somebody else has changed the fields that are being saved; the form asks whose values shall stay.

    :param changes: list of dicts: name, label, value (as read), theirs and mine (texts to show)
    """

    def __init__(self, message, changes):
        super().__init__(message)
        # What reaches the browser.
        self.args = (message, changes)


class CustomerSaveMixin(models.AbstractModel):
    """Forms in which two people may work at once: the later one does not overwrite the earlier one unseen.

    A form with ``js_class="care_safe_form"`` sends with its changes what it had read in those fields. Where this
    is not what is stored any more, the save is refused; other fields may have changed. Two saves at the very same
    moment meet in the row: the database lets the second one begin anew, and it sees the first. Whoever saves
    without having read (other systems, actions) is not asked.
    """

    _name = "customer.save.mixin"
    _description = "Forms that Notice Changes of Others"

    def web_save(self, vals, specification, next_id=None):
        if SEEN in vals:
            vals = {**vals}
            seen = vals.pop(SEEN)
            if self and isinstance(seen, dict):
                self._check_seen(vals, seen)
        return super().web_save(vals, specification, next_id=next_id)

    def _check_seen(self, vals, seen):
        """Refuse to save fields that are not any more as they were read (singleton).

        :param vals: {field name: value} to write
        :param seen: {field name: value} as ``web_read`` gave it
        :raises ChangedMeanwhile: unless both people wrote the same
        """
        self.ensure_one()
        names = [
            name
            for name in seen
            if name in vals and name in self._fields and self._fields[name].type not in NOT_COMPARED
        ]
        if not names:
            return
        [stored] = self.read(names, load=None)
        stored = json.loads(json.dumps(stored, default=json_default))
        changed = [
            name
            for name in names
            if (stored[name] or False) not in (seen[name] or False, vals[name] or False)
        ]
        if changed:
            who, when = self._get_last_change(changed)
            message = self.env._(
                "%(who)s changed this meanwhile (%(when)s). Nothing of yours is saved yet.",
                who=who.sudo().display_name,
                when=format_datetime(self.env, when, dt_format="short"),
            )
            raise ChangedMeanwhile(message, self._prepare_changes(changed, stored, vals))

    def _get_last_change(self, names):
        """Return (user or partner, datetime) of the last change of one of the fields: as logged, else of the record."""
        value = (
            self.env["mail.tracking.value"]
            .sudo()
            .search(
                [
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "=", self.id),
                    ("field_id.model", "=", self._name),
                    ("field_id.name", "in", names),
                ],
                order="id desc",
                limit=1,
            )
        )
        if value.mail_message_id.author_id:
            return value.mail_message_id.author_id, value.create_date
        return self.write_uid, self.write_date

    def _prepare_changes(self, names, stored, vals):
        """Return the lines of the dialog."""
        fields = self.fields_get(names, attributes=("string", "type", "selection", "relation"))
        return [
            {
                "name": name,
                "label": fields[name]["string"],
                "value": stored[name],
                "theirs": self._say_value(fields[name], stored[name]),
                "mine": self._say_value(fields[name], vals[name]),
            }
            for name in names
        ]

    def _say_value(self, field, value):
        """Return a value in words.

        :param field: description as of ``fields_get``
        :param value: as ``web_read`` gives it or the browser sends it
        """
        if field["type"] == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if value is False or value is None:
            return ""
        if field["type"] == "html":
            return html2plaintext(value)
        if field["type"] == "selection":
            return dict(field["selection"]).get(value, value)
        if field["type"] == "many2one":
            # of a choice made by whoever may not see it, only the number is known
            record = self.env[field["relation"]].browse(value).exists()._filtered_access("read")
            return record.display_name or str(value)
        if field["type"] == "datetime":
            return format_datetime(self.env, value, dt_format="short")
        return str(value)
