from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup
from odoo import fields, models
from odoo.tools import SQL

from ..tools import held
from .customer_complaint import STAFF

# Who holds a complaint goes before: the handler, those we wait for, those who were given a task.
LEVELS = {"handler": 0, "waiting": 1, "department": 2, "person": 2}


class HeldShare(NamedTuple):
    """Whose the complaint was for how much of the working time.

    kind: handler (``res_id`` a user, 0: nobody), waiting (``res_id`` 0, ``name`` for whom), department, person
    """

    kind: str
    res_id: int
    name: str
    seconds: float
    percent: float


class CustomerComplaint(models.Model):
    """The measured share of time that each held a complaint, from its receipt to its resolution or now.

    A department holds it from the handing over of a task to its answer, whom we wait for while the complaint is in a
    waiting stage, else the handler of that time.
    """

    _inherit = "customer.complaint"

    held_table = fields.Html(
        compute="_compute_held_table", sanitize=False, groups=STAFF, string="Share of Time"
    )

    def _compute_held_table(self):
        shares = self._get_held_shares()
        for complaint in self:
            complaint.held_table = self._render_held(shares.get(complaint.id, []))

    def _render_held(self, shares):
        if not shares:
            return Markup("<p class='text-muted'>%s</p>") % self.env._("No working time has passed yet.")
        rows = Markup("").join(
            Markup("<tr><td>%s</td><td class='text-end'>%s</td><td class='text-end'>%s %%</td></tr>")
            % (share.name, f"{share.seconds / 3600:.1f}", f"{share.percent:.1f}")
            for share in shares
        )
        return Markup(
            "<table class='table table-sm w-auto'><thead><tr><th>%s</th><th class='text-end'>%s</th>"
            "<th class='text-end'>%s</th></tr></thead><tbody>%s</tbody></table>"
        ) % (self.env._("Held by"), self.env._("Working Hours"), self.env._("Share of Time"), rows)

    def _get_held_shares(self):
        """Return {complaint id: [:class:`HeldShare`]}, the largest first, together 100 percent.

        In working time of the team's calendar; [] while none has passed. Rights are the caller's affair.
        """
        complaints = self.sudo()
        now = fields.Datetime.now()
        spans = {}
        for complaint_id, *row in complaints._query_held():
            spans.setdefault(complaint_id, []).append(row)
        calendars = self.env["customer.complaint.clock"]._get_calendars(complaints)
        result = {}
        for complaint in complaints:
            begin, end = complaint.received_datetime, complaint._get_held_end() or now
            calendar = calendars[complaint.team_id, complaint.company_id]
            # Whole months, so that the cache is hit.
            first = begin.date().replace(day=1)
            last = (max(begin, end).date().replace(day=1) + timedelta(days=32)).replace(day=1)
            worktime = calendar._get_complaint_worktime(complaint.company_id.id, first, last)
            holders = [
                held.Span((kind, key, word), LEVELS[kind], start, stop)
                for kind, key, word, start, stop in spans.get(complaint.id, [])
            ]
            result[complaint.id] = self._name_held(held.hold(holders, begin, end, worktime))
        return result

    def _get_held_end(self):
        """Return until when the complaint (singleton) was held, False while it is open."""
        ends = [moment for moment in (self.resolved_datetime, self.closed_datetime) if moment]
        return min(ends) if ends else False

    def _name_held(self, seconds):
        """Return [:class:`HeldShare`] of {(kind, id, word): seconds}."""
        percents = held.percents(seconds)
        waits = dict(
            self.env["customer.complaint.waiting.reason"]
            ._fields["waits_for"]
            ._description_selection(self.env)
        )
        models_of = {
            "handler": "res.users",
            "person": "res.users",
            "department": "customer.complaint.department",
        }
        shares = []
        for (kind, key, word), value in sorted(seconds.items(), key=lambda item: -item[1]):
            if kind == "waiting":
                name = self.env._("Waiting: %(whom)s", whom=waits.get(word, word))
            elif key:
                name = self.env[models_of[kind]].sudo().browse(key).name
            else:
                name = word or self.env._("Nobody")
            shares.append(HeldShare(kind, key, name, value, percents[kind, key, word]))
        return shares

    def _query_held(self):
        """Return rows (complaint id, kind, id, word, start, end or None) of who held them, in one query."""
        if not self.ids:
            return []
        self.env.flush_all()
        field = self.env["ir.model.fields"]._get("customer.complaint", "user_id")
        ids = tuple(self.ids)
        return self.env.execute_query(
            SQL(
                """
                WITH changes AS (
                    SELECT message.res_id AS complaint_id, message.date, value.id,
                           COALESCE(value.old_value_integer, 0) AS old, COALESCE(value.new_value_integer, 0) AS new
                      FROM mail_message message
                      JOIN mail_tracking_value value ON value.mail_message_id = message.id
                     WHERE message.model = 'customer.complaint' AND message.res_id IN %(ids)s
                       AND value.field_id = %(field)s
                ), points AS (
                    SELECT complaint_id, date, id, new AS holder FROM changes
                     UNION ALL
                    SELECT complaint.id, complaint.received_datetime, 0, COALESCE(
                               (SELECT old FROM changes WHERE complaint_id = complaint.id ORDER BY date, id LIMIT 1),
                               complaint.user_id, 0)
                      FROM customer_complaint complaint WHERE complaint.id IN %(ids)s
                )
                SELECT complaint_id, 'handler', holder, '', date,
                       LEAD(date) OVER (PARTITION BY complaint_id ORDER BY date, id)
                  FROM points
                 UNION ALL
                SELECT complaint_id, 'waiting', 0, waits_for, datetime, left_datetime
                  FROM (
                    SELECT history.complaint_id, history.phase, COALESCE(reason.waits_for, 'customer') AS waits_for,
                           history.datetime, LEAD(history.datetime) OVER (
                               PARTITION BY history.complaint_id ORDER BY history.datetime, history.id
                           ) AS left_datetime
                      FROM customer_complaint_stage_history history
                      LEFT JOIN customer_complaint_waiting_reason reason ON reason.id = history.reason_id
                     WHERE history.complaint_id IN %(ids)s
                  ) stages
                 WHERE phase = 'waiting'
                 UNION ALL
                SELECT complaint_id,
                       CASE WHEN department_id IS NULL THEN 'person' ELSE 'department' END,
                       COALESCE(department_id, user_id, 0), CASE
                           WHEN department_id IS NULL AND user_id IS NULL THEN email ELSE '' END,
                       handed_datetime, done_datetime
                  FROM customer_complaint_task
                 WHERE complaint_id IN %(ids)s AND handed_datetime IS NOT NULL
                   AND state IN ('open', 'done')
                """,
                ids=ids,
                field=field.id,
            )
        )
