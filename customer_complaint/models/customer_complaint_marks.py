import json
from datetime import timedelta

from odoo import api, fields, models

from .customer_complaint import PROBLEM_KINDS, STAFF
from .customer_complaint_stage import OPEN_PHASES

# Stored fields of which the marks are made, those of the time first.
TIME_FIELDS = ("next_deadline", "next_target", "company_id")
MARK_FIELDS = (
    "stage_id",
    "kind",
    "is_confidential",
    "handover_user_id",
    "is_legal",
    "is_safety",
    "is_media",
    "repeat_of_id",
    "duplicate_of_id",
    "waiting_reason_id",
    "escalation_level",
    "escalation_state",
    "rating_last_value",
)
ICONS = {"is_confidential": "fa-lock", "handover_user_id": "fa-exchange"}
BADGES = {"is_legal": "danger", "is_safety": "danger", "is_media": "danger", "repeat_of_id": "warning"}


class CustomerComplaint(models.Model):
    """What a card or a row points out besides its columns, as one text.

    A board shows hundreds of complaints, and each of a dozen rarely set fields costs as much there as the name. So
    they travel together, and only those that are set.
    """

    _inherit = "customer.complaint"

    marks = fields.Char(string="At a Glance", compute="_compute_marks", groups=STAFF, exportable=False)

    @api.depends(*TIME_FIELDS, *MARK_FIELDS)
    @api.depends_context("lang")
    def _compute_marks(self):
        """Fill in a JSON object, see ``_get_marks``; false without marks."""
        marks = self._get_marks()
        for complaint in self:
            own = marks.get(complaint.id)
            complaint.marks = json.dumps(own, ensure_ascii=False) if own else False

    def _get_marks(self):
        """Return what cards and rows point out, as a dict of dicts by the ids of the complaints.

        ``time``: state (``late``, ``soon`` or ``open``), what is due, time left; ``marks``: list of dicts with
        ``text`` and/or ``icon`` (its class), ``title`` and ``color`` (of Bootstrap). All in the reader's language.
        Override to add marks of other addons: a query there is one of the whole list or board.
        """
        stored = self.filtered("id")
        now = fields.Datetime.now()
        hours = self.env["res.company"]._get_complaint_soon_hours()
        soon = {company_id: now + timedelta(hours=amount) for company_id, amount in hours.items()}
        targets = dict(self._fields["next_target"]._description_selection(self.env))
        known, result = {}, {}
        times = stored._read_stored(TIME_FIELDS)
        for complaint_id, (deadline, target, company_id), values in zip(
            stored._ids, times, stored._read_stored(MARK_FIELDS), strict=True
        ):
            if values not in known:
                known[values] = self._get_constant_marks(dict(zip(MARK_FIELDS, values, strict=True)))
            marks = {"marks": list(known[values])} if known[values] else {}
            if deadline:
                state = "late" if deadline < now else "soon" if deadline < soon[company_id] else "open"
                if deadline not in known:
                    known[deadline] = self._format_time_left(deadline)
                marks["time"] = [state, targets.get(target, ""), known[deadline]]
            result[complaint_id] = marks
        return result

    def _read_stored(self, names):
        """Return for each stored complaint the tuple of its values, relations as ids, none when unset.

        They come right from the cache: asking each record for each field costs ten times as much.
        """
        columns = [self._fields[name] for name in names]
        if any(any(field._cache_missing_ids(self)) for field in columns):
            self.fetch(names)
        return zip(*(map(field._get_cache(self.env).get, self._ids) for field in columns), strict=True)

    @api.model
    def _get_constant_marks(self, values):
        """Return the marks, as a list of dicts, that do not change with the time. Most complaints share theirs.

        :param values: dict of ``MARK_FIELDS``, relations as ids
        """
        facts = self.env["customer.complaint.stage"]._get_facts().get(values["stage_id"])
        is_open = bool(facts) and facts["phase"] in OPEN_PHASES
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        texts = {
            "is_confidential": self.env._("Confidential"),
            "handover_user_id": self.env._("Waits for the answer to a hand-over"),
            "is_legal": self.env._("Legal"),
            "is_safety": self.env._("Safety"),
            "is_media": self.env._("Media"),
            "repeat_of_id": self.env._("Repeated"),
            "duplicate_of_id": self.env._("Duplicate?"),
        }
        is_problem = values["kind"] in PROBLEM_KINDS
        candidates = [
            *((values[name], {"icon": icon, "title": texts[name]}) for name, icon in ICONS.items()),
            (not is_problem, {"text": kinds.get(values["kind"], ""), "color": "info"}),
            *((values[name], {"text": texts[name], "color": color}) for name, color in BADGES.items()),
            (values["duplicate_of_id"] and is_open, {"text": texts["duplicate_of_id"], "color": "warning"}),
        ]
        return [
            *(mark for is_set, mark in candidates if is_set),
            *self._get_level_marks(values["escalation_level"], values["escalation_state"]),
            *self._get_waiting_marks(values["waiting_reason_id"]),
            *self._get_rating_marks(values["rating_last_value"]),
        ]

    def _get_level_marks(self, level, state):
        if not level or state not in ("open", "acknowledged"):
            return []
        return [
            {
                "icon": "fa-level-up",
                "title": self.env._("Escalated"),
                "text": self.env._("Level %(number)s", number=level),
                "color": "danger" if state == "open" else "warning",
            }
        ]

    def _get_waiting_marks(self, reason_id):
        if not reason_id:
            return []
        reason = self.env["customer.complaint.waiting.reason"].sudo().browse(reason_id)
        title = self.env._("Waiting")
        return [{"icon": "fa-hourglass-half", "title": title, "text": reason.name, "color": "light"}]

    def _get_rating_marks(self, value):
        if not value:
            return []
        face, color = (
            ("smile", "success") if value > 3 else ("meh", "warning") if value > 1 else ("frown", "danger")
        )
        return [{"icon": f"fa-{face}-o text-{color}", "title": self.env._("Rating of the customer")}]
