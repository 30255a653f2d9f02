from odoo import api, fields, models
from odoo.tools import SQL, split_every
from odoo.tools.sql import table_exists

from ..tools.contact import get_minutes, is_counted

# What a row consists of; not given, a value is empty.
COLUMNS = (
    "partner_id", "commercial_partner_id", "company_id", "user_id", "team_id", "subject", "kind", "direction",
    "is_counted", "date_start", "date_end", "duration_minutes", "result", "next_step", "next_date", "source",
    "res_model", "res_id",
)  # fmt: skip
# Others than these write to the timeline themselves.
TIMELINE_SOURCES = ("manual", "meeting", "mail")
ROWS_AT_ONCE = 1000


class CustomerContactLog(models.Model):
    """What the program notes by itself: many rows at once, each happening once."""

    _inherit = "customer.contact.log"

    def _auto_init(self):
        is_new = not table_exists(self.env.cr, self._table)
        result = super()._auto_init()
        if is_new:
            self._backfill()
        return result

    @api.model
    def _log_contacts(self, vals_list):
        """Append contacts in batches, as superuser; what was noted before is left as it is.

        >>> env["customer.contact.log"]._log_contacts([{
        ...     "partner_id": 7, "kind": "call", "subject": "Spring service", "duration_minutes": 12,
        ...     "source": "callback", "res_model": "customer.callback", "res_id": 3}])

        A contact is the same when document, source and customer are the same; two workers that note it at once
        make one row. Without a document nothing is compared.

        :param vals_list: dicts with ``partner_id``, ``kind``, ``subject``, ``source`` and as known ``date_start``
            (default: now), ``date_end`` or ``duration_minutes``, ``user_id`` (default: the current user; None:
            nobody), ``participant_ids`` (ids), ``direction``, ``result``, ``next_step``, ``next_date``,
            ``company_id``, ``team_id``, ``is_counted``, ``res_model``, ``res_id``; rows without customer are
            dropped
        :return: the records of these contacts, new and old ones, as superuser
        """
        model = self.sudo()
        vals_list = [model._prepare_log_vals(vals) for vals in vals_list if vals.get("partner_id")]
        ids, new_ids = [], []
        for part in split_every(ROWS_AT_ONCE, vals_list):
            fresh = model._append(part)
            new_ids += fresh
            ids += fresh if all(not vals["res_id"] for vals in part) else model._get_appended_ids(part, fresh)
        model.browse(new_ids).filtered(lambda log: log.source in TIMELINE_SOURCES)._log()
        return model.browse(tuple(dict.fromkeys(ids)))

    @api.model
    def _prepare_log_vals(self, vals):
        """Return the values of one row with what is missing. Override to add a column of your own."""
        partner = self.env["res.partner"].browse(vals["partner_id"])
        start = fields.Datetime.to_datetime(vals.get("date_start")) or fields.Datetime.now()
        end = fields.Datetime.to_datetime(vals.get("date_end"))
        minutes = max(vals.get("duration_minutes") or 0, 0)
        if end:
            minutes = max(get_minutes(start, end), 0)
        kind, source = vals.get("kind") or "other", vals.get("source") or "manual"
        return {
            **dict.fromkeys(COLUMNS),
            "direction": "out",
            "user_id": self.env.uid,
            "is_counted": is_counted(kind, source),
            **vals,
            "subject": vals.get("subject") or "-",
            "commercial_partner_id": partner.commercial_partner_id.id or partner.id,
            "company_id": vals.get("company_id") or partner.company_id.id or self.env.company.id,
            "team_id": vals.get("team_id") or (partner.care_team_id or partner.commercial_partner_id.care_team_id).id,
            "kind": kind,
            "source": source,
            "date_start": start,
            "date_end": fields.Datetime.add(start, minutes=minutes),
            "duration_minutes": minutes,
        }

    @api.model
    def _append(self, vals_list):
        """Insert rows, leaving out those that exist, with their participants; return the ids of the new ones."""
        stamps = {"create_uid": self.env.uid, "write_uid": self.env.uid}
        stamps |= dict.fromkeys(("create_date", "write_date"), self.env.cr.now())
        names = dict.fromkeys([*COLUMNS, *stamps, *(name for vals in vals_list for name in vals)])
        columns = [self._fields[name] for name in names if name != "participant_ids"]
        rows, wanted = [], {}
        for vals in vals_list:
            vals = {**stamps, **vals}
            rows.append(tuple(field.convert_to_column_insert(vals.get(field.name), self, vals) for field in columns))
            wanted[self._get_key(vals)] = vals.get("participant_ids") or ()
        inserted = self.env.execute_query(
            SQL(
                "INSERT INTO customer_contact_log (%s) VALUES %s ON CONFLICT DO NOTHING"
                " RETURNING id, res_model, res_id, source, partner_id",
                SQL(", ").join(SQL.identifier(field.name) for field in columns),
                SQL(", ").join(rows),
            )
        )
        links = [(row[0], number) for row in inserted for number in set(wanted[row[1:]])]
        if links:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO customer_contact_log_participant_rel (log_id, partner_id) VALUES %s",
                    SQL(", ").join(links),
                )
            )
        self.env["res.partner"].invalidate_model(["care_last_contact_date", "care_next_contact_date"])
        return [row[0] for row in inserted]

    @api.model
    def _get_key(self, vals):
        return vals["res_model"], vals["res_id"], vals["source"], vals["partner_id"]

    @api.model
    def _get_appended_ids(self, vals_list, new_ids):
        """Return the ids of all rows that these values stand for."""
        keys = [self._get_key(vals) for vals in vals_list if vals["res_id"]]
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM customer_contact_log WHERE (res_model, res_id, source, partner_id) IN %s ORDER BY id",
                tuple(keys),
            )
        )
        return [*(row[0] for row in rows), *new_ids]

    def _backfill(self):
        """Note the callbacks that reached somebody before there was this table; twice changes nothing."""
        if not table_exists(self.env.cr, "customer_callback"):
            return
        self.env.cr.execute(
            """
            INSERT INTO customer_contact_log
                (partner_id, commercial_partner_id, company_id, user_id, team_id, subject, kind, direction, is_counted,
                 date_start, date_end, duration_minutes, result, source, res_model, res_id,
                 create_uid, write_uid, create_date, write_date)
            SELECT partner_id, commercial_partner_id, company_id, done_by_id, team_id, subject, 'call', 'out', TRUE,
                   done_datetime, done_datetime, 0, note, 'callback', 'customer.callback', id,
                   done_by_id, done_by_id, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM customer_callback callback
             WHERE state = 'done' AND outcome = 'reached' AND done_datetime IS NOT NULL
               AND NOT EXISTS (SELECT FROM customer_contact_log log
                                WHERE log.res_model = 'customer.callback' AND log.res_id = callback.id
                                  AND log.source = 'callback' AND log.partner_id = callback.partner_id)
            """
        )
