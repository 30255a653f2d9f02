from odoo import api, fields, models
from odoo.tools import format_date


class CustomerCallback(models.Model):
    """Why a callback was planned, and until when it makes sense.

    The reason is kept as data and read as a sentence in the language of the reader. Its key ``kind`` names the
    method that says it, ``_say_<kind>``; all other keys are names and figures. Days are ISO strings.
    """

    _inherit = "customer.callback"

    reason = fields.Json(string="Reason as Data", readonly=True, copy=False)
    reason_text = fields.Char(string="Reason", compute="_compute_reason_text")
    date_deadline = fields.Date(
        string="Call Until", readonly=True, copy=False, help="The last day of the window in which to call."
    )

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for callback in self:
            callback.reason_text = self._get_reason_text(callback.reason) or False

    def _prepare_next_attempt_vals(self):
        return {
            **super()._prepare_next_attempt_vals(),
            "reason": self.reason,
            "date_deadline": self.date_deadline,
        }

    @api.model
    def _get_reason_text(self, reason):
        """Return the sentence that says a reason; empty for none and for one that no addon knows any more.

        :param reason: dict with ``kind``
        """
        say = getattr(self, f"_say_{(reason or {}).get('kind')}", None)
        return say(reason) if say else ""

    def _say_event(self, reason):
        """``trigger``, ``date`` and ``document``: something happened."""
        triggers = dict(
            self.env["customer.callback.rule"]._fields["trigger"]._description_selection(self.env)
        )
        return self.env._(
            "%(event)s on %(date)s: %(document)s",
            event=triggers.get(reason["trigger"], reason["trigger"]),
            date=self._say_day(reason["date"]),
            document=reason["document"],
        )

    def _say_first_purchase(self, reason):
        """``date``, ``from`` and ``to`` in months."""
        return self.env._(
            "First purchase on %(date)s: call after %(from)s to %(to)s months", **self._say_window(reason)
        )

    def _say_last_purchase(self, reason):
        """``date``, ``from`` and ``to`` in months."""
        return self.env._(
            "Last purchase on %(date)s: call after %(from)s to %(to)s months", **self._say_window(reason)
        )

    def _say_frequency(self, reason):
        """``grade``, ``days``, ``date`` of the last contact, or of the grade when ``since`` is ``grade``."""
        values = {"grade": reason["grade"], "days": reason["days"], "date": self._say_day(reason["date"])}
        if reason["since"] == "grade":
            return self.env._("Grade %(grade)s since %(date)s: every %(days)s days, no contact yet", **values)
        if reason["since"] == "call":
            return self.env._("Grade %(grade)s: every %(days)s days, last tried on %(date)s", **values)
        return self.env._("Grade %(grade)s: every %(days)s days, last contact %(date)s", **values)

    def _say_dormant(self, reason):
        """``days`` and ``date``, ``since`` as in ``frequency`` or ``purchase`` or ``record``."""
        values = {"days": reason["days"], "date": self._say_day(reason["date"])}
        if reason["since"] == "purchase":
            return self.env._("Dormant for %(days)s days: last purchase %(date)s", **values)
        if reason["since"] == "call":
            return self.env._("Dormant for %(days)s days: last tried on %(date)s", **values)
        if reason["since"] == "record":
            return self.env._("Dormant for %(days)s days: in the archive since %(date)s", **values)
        return self.env._("Dormant for %(days)s days: last contact %(date)s", **values)

    def _say_filter(self, reason):
        """``days`` (0: once), ``date`` of the last call of the rule, ``null`` before the first."""
        if reason["date"]:
            return self.env._(
                "Matches the filter of the rule: every %(days)s days, last call %(date)s",
                days=reason["days"],
                date=self._say_day(reason["date"]),
            )
        return self.env._("Matches the filter of the rule")

    def _say_window(self, reason):
        return {"date": self._say_day(reason["date"]), "from": reason["from"], "to": reason["to"]}

    def _say_day(self, day):
        return format_date(self.env, day) if day else ""
