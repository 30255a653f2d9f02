import base64
import binascii
import csv
import io

from odoo import fields, models
from odoo.exceptions import UserError

ROWS = 20000
ID_NAMES = ("id", "编号")
EMAIL_NAMES = ("email", "e-mail", "电子邮件", "邮箱")
STATE_NAMES = ("state", "status", "状态")
STATES = {
    "attended": ("attended", "yes", "1", "x", "present", "出席", "到场", "是"),
    "absent": ("absent", "no", "0", "缺席", "否"),
}
# Lines shown that could not be used.
SHOWN = 20


class CustomerCareCampaignImport(models.TransientModel):
    """Reads who attended from a CSV file, e.g. the list of participants filled in at the door."""

    _name = "customer.care.campaign.import"
    _description = "Import Attendance"

    campaign_id = fields.Many2one("customer.care.campaign", required=True, ondelete="cascade")
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    result = fields.Text(readonly=True)

    def action_import(self):
        """Note the attendance of all rows that name a participant; say which rows do not.

        The file has a head with a column ``id`` (as in the downloaded list) or ``email``, and ``state``.

        :raises UserError: the file cannot be read, or has not these columns
        """
        self.ensure_one()
        rows, problems = self._read_rows()
        found = {"attended": [], "absent": []}
        known = self._get_known(rows)
        for line, key, state in rows:
            if key not in known:
                problems.append(self.env._("Line %(line)s: %(key)s is not on the list.", line=line, key=key))
            else:
                found[state].append(known[key])
        Participant = self.env["customer.care.campaign.participant"]
        Participant.browse(dict.fromkeys(found["attended"])).action_attend()
        Participant.browse(dict.fromkeys(found["absent"])).action_absent()
        lines = [
            self.env._(
                "%(attended)s attended, %(absent)s absent, %(count)s lines not used.",
                attended=len(set(found["attended"])),
                absent=len(set(found["absent"])),
                count=len(problems),
            ),
            *problems[:SHOWN],
        ]
        self.result = "\n".join(lines)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Attendance"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _read_rows(self):
        """Return ``([(line number, id or e-mail address, state)], [problems])``."""
        text = self._read_text()
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        try:
            rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
        except csv.Error as error:
            # e.g. a quote that is never closed would hide all lines behind it
            raise UserError(self.env._("This is not a CSV file.")) from error
        head = [name.strip().lower() for name in rows[0]] if rows else []
        places = [
            next((head.index(name) for name in names if name in head), None)
            for names in (ID_NAMES, EMAIL_NAMES, STATE_NAMES)
        ]
        if places[2] is None or places[0] is places[1] is None:
            raise UserError(self.env._("The first line must name the columns: id or email, and state."))
        if len(rows) > ROWS:
            raise UserError(self.env._("At most %(count)s lines can be imported at once.", count=ROWS))
        words = {word: state for state, all_words in STATES.items() for word in all_words}
        result, problems = [], []
        for line, row in enumerate(rows[1:], start=2):
            values = [row[at].strip().lower() if at is not None and at < len(row) else "" for at in places]
            key, state = values[0] or values[1], words.get(values[2])
            if key and state:
                result.append((line, key, state))
            elif any(values[:2]) and values[2]:
                problems.append(
                    self.env._("Line %(line)s: the state is neither attended nor absent.", line=line)
                )
        return result, problems

    def _read_text(self):
        try:
            raw = base64.b64decode(self.file or b"")
        except binascii.Error as error:
            raise UserError(self.env._("This is not a CSV file.")) from error
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                # some programs end lines by a carriage return alone
                return text.replace("\r\n", "\n").replace("\r", "\n")
        raise UserError(self.env._("This is not a CSV file."))

    def _get_known(self, rows):
        """Return ``{id or e-mail address: participant id}`` of the campaign's list, by the reader's rights."""
        Participant = self.env["customer.care.campaign.participant"]
        keys = {key for _line, key, _state in rows}
        ids = [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 10]
        emails = [key for key in keys if "@" in key]
        found = Participant.search(
            [
                ("campaign_id", "=", self.campaign_id.id),
                "|",
                "|",
                ("id", "in", ids),
                ("partner_id.email_normalized", "in", emails),
                ("contact_id.email_normalized", "in", emails),
            ]
        )
        known = {}
        for one in found:
            known[str(one.id)] = one.id
            for partner in (one.partner_id, one.contact_id):
                if partner.email_normalized:
                    known[partner.email_normalized] = one.id
        return known
