from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..tools import clock
from .customer_complaint_policy import INDIRECT
from .customer_complaint_policy_line import TARGETS

SPANS_SHOWN = 60
POLICIES_SHOWN = 20
STYLES = {"breached": "danger", "missed": "danger", "met": "success", "running": "info", "paused": "warning"}


class CustomerComplaint(models.Model):
    """Why a deadline is what it is, in words; read when its page is opened."""

    _inherit = "customer.complaint"

    clock_explanation = fields.Html(
        compute="_compute_clock_explanation", sanitize=False, groups="base.group_user"
    )

    @api.depends("clock_ids.deadline", "clock_ids.state")
    @api.depends_context("lang", "tz")
    def _compute_clock_explanation(self):
        for complaint in self:
            complaint.clock_explanation = complaint._render_clocks() if complaint.ids else False

    def _render_clocks(self):
        """Return which policy applies and why, and for each time limit which time counted."""
        self.ensure_one()
        results = self.env["customer.complaint.clock"].sudo()._compute_results(self.sudo())
        policy = self._render_policy()
        if not results:
            return policy + Markup("<p class='text-muted'>%s</p>") % self.env._(
                "No time limit applies to this complaint."
            )
        order = [target for target, _name in TARGETS]
        entries = sorted(results.items(), key=lambda item: order.index(item[0][1]))
        blocks = Markup("").join(self._render_clock(target, entry) for (_id, target), entry in entries)
        return policy + blocks + self._render_special_days(results)

    # The policy

    def _render_policy(self):
        """Return which conditions of the policy hold, and why the policies before it do not apply."""
        passed, found = self.env["customer.complaint.policy"].sudo()._explain_match(self.sudo())
        if not found:
            head = self.env._("No time limit policy fits this complaint.")
        elif found[1]:
            head = self.env._(
                "The policy “%(policy)s” applies: %(conditions)s.",
                policy=found[0],
                conditions=self._say_conditions(found[1]),
            )
        else:
            head = self.env._(
                "The policy “%(policy)s” applies: it holds for all complaints.", policy=found[0]
            )
        items = Markup("").join(
            Markup("<li>%s</li>")
            % self.env._(
                "“%(policy)s” comes before but does not apply: %(conditions)s.",
                policy=name,
                conditions=self._say_conditions([item for item in conditions if not item[3]]),
            )
            for name, conditions in passed[-POLICIES_SHOWN:]
        )
        return Markup("<p>%s</p><ul class='text-muted'>%s</ul>") % (head, items)

    def _say_conditions(self, conditions):
        """Return [(field, wanted, actual, holds), ...] in words, values as they are named to the reader."""
        texts = []
        for name, wanted, actual, holds in conditions:
            label = (
                self.env._("Customer Grade")
                if name == "grade_id"
                else self._fields[INDIRECT.get(name, name)]._description_string(self.env)
            )
            values = {"field": label, "actual": actual, "wanted": wanted}
            if holds:
                texts.append(self.env._("%(field)s is %(actual)s", **values))
            else:
                texts.append(self.env._("%(field)s is %(actual)s, not %(wanted)s", **values))
        return "; ".join(texts)

    # One time limit

    def _render_clock(self, target, entry):
        names = self.env["customer.complaint.clock"]._get_selection_names()
        result = entry["result"]
        rows = Markup("").join(self._render_span(span, names) for span in result.spans[-SPANS_SHOWN:])
        hidden = len(result.spans) - SPANS_SHOWN
        more = self.env._("%(count)s earlier spans are not shown.", count=hidden) if hidden > 0 else ""
        sentences = Markup("<br/>").join(self._say_clock(target, entry))
        return Markup(
            "<h4 class='mt-3'>%s <span class='badge text-bg-%s'>%s</span></h4><p>%s</p>"
            "<details><summary class='text-muted'>%s</summary><p class='text-muted'>%s</p>"
            "<table class='table table-sm'><tbody>%s</tbody></table></details>"
        ) % (
            names[target],
            STYLES[result.state],
            names[result.state],
            sentences,
            self.env._("Which time counted"),
            more,
            rows,
        )

    def _say_clock(self, target, entry):
        """Return the sentences that tell how the deadline comes about."""
        question, result = entry["question"], entry["result"]
        start = self._format_moment(question.start)
        sentences = [
            self._say_limit(question, start)
            if target != "update"
            else self.env._(
                "%(limit)s from the last word to the customer on %(start)s.",
                limit=self._say_amount(question.limit, question.unit),
                start=start,
            ),
            self._say_calendar(question),
        ]
        sentences += [
            self.env._(
                "Extended by %(amount)s, as asked for on %(moment)s.",
                amount=self._say_amount(amount, unit),
                moment=self._format_moment(moment),
            )
            for moment, amount, unit in question.extensions
        ]
        hours = {"used": f"{result.used / clock.HOUR:,.1f}", "limit": f"{result.limit / clock.HOUR:,.1f}"}
        if question.unit == "calendar_days":
            sentences.append(self.env._("%(used)s of %(limit)s hours used, by day and night.", **hours))
        else:
            sentences.append(self.env._("%(used)s of %(limit)s working hours used.", **hours))
        return [*sentences, *self._say_state(result)]

    def _say_limit(self, question, start):
        return self.env._(
            "%(limit)s from the receipt on %(start)s.",
            limit=self._say_amount(question.limit, question.unit),
            start=start,
        )

    def _say_state(self, result):
        """Yield what became of the time limit so far."""
        if result.breach:
            yield self.env._("Exceeded on %(moment)s.", moment=self._format_moment(result.breach))
        if result.stopped:
            yield self.env._("Fulfilled on %(moment)s.", moment=self._format_moment(result.stopped))
        if result.state == "paused":
            yield self.env._("Paused: the deadline is known once time goes on.")
        elif result.deadline and not result.stopped and result.deadline != result.breach:
            yield self.env._(
                "The deadline is %(moment)s (%(left)s).",
                moment=self._format_moment(result.deadline),
                left=self._format_time_left(result.deadline),
            )
        elif result.deadline and result.stopped and not result.breach:
            yield self.env._("The deadline was %(moment)s.", moment=self._format_moment(result.deadline))

    def _say_amount(self, amount, unit):
        """Return a limit in words, e.g. "10 working days"."""
        count = f"{amount:g}"
        if unit == "working_hours":
            return self.env._("%(count)s working hours", count=count)
        if unit == "working_days":
            return self.env._("%(count)s working days", count=count)
        return self.env._("%(count)s calendar days", count=count)

    def _say_calendar(self, question):
        """Return in which working time the limit is counted, and until when a day lasts."""
        calendar = question.calendar.sudo()
        zone = calendar.tz or question.company.partner_id.tz or "UTC"
        if question.unit == "calendar_days":
            return self.env._(
                "Calendar days end at midnight, time zone %(zone)s; the day of receipt does not count.",
                zone=zone,
            )
        if not calendar or calendar._care_is_always_open():
            return self.env._("Counted round the clock: no fixed working hours are set.")
        values = {"calendar": calendar.name, "zone": zone}
        if question.unit == "working_days":
            return self.env._(
                "Counted in working days of “%(calendar)s”, time zone %(zone)s, until the end of work of the last"
                " one; the day of receipt does not count.",
                **values,
            )
        return self.env._("Counted in the working hours “%(calendar)s”, time zone %(zone)s.", **values)

    def _render_span(self, span, names):
        style = "fw-bold" if span.kind == "counted" else "text-muted"
        cells = (
            self._format_moment(span.start),
            self._format_moment(span.end),
            names[span.kind],
            f"{span.seconds / clock.HOUR:,.1f} h",
        )
        row = Markup("").join(Markup("<td>%s</td>") % cell for cell in cells)
        return Markup("<tr class='%s'>%s</tr>") % (style, row)

    # Holidays

    def _render_special_days(self, results):
        """Return the public holidays and make-up days from the first start to the last deadline."""
        questions = [entry["question"] for entry in results.values()]
        ends = [entry["result"].deadline for entry in results.values() if entry["result"].deadline]
        start, end = min(question.start for question in questions), max(ends, default=None)
        calendar = questions[0].calendar
        days = calendar._get_complaint_special_days(questions[0].company, start, end) if end else []
        if not days:
            return Markup("")
        names = {"leave": self.env._("public holiday"), "makeup": self.env._("make-up working day")}
        items = Markup("").join(
            Markup("<li>%s: %s (%s)</li>")
            % (self._format_days(first, last), name or names[kind], names[kind])
            for first, last, name, kind in days
        )
        title = self.env._("Holidays and make-up days on the way")
        return Markup("<h4 class='mt-3'>%s</h4><ul>%s</ul>") % (title, items)

    def _format_days(self, first, last):
        days = [format_date(self.env, day) for day in dict.fromkeys((first, last))]
        return " – ".join(days)

    def _format_moment(self, moment):
        """Return a datetime in the reader's language and zone."""
        return format_datetime(self.env, moment, tz=self.env.tz.zone, dt_format="short")
