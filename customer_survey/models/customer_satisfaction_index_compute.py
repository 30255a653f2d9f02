from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytz
from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.index import Part, explain, get_period, get_periods, round_parts, weigh
from .customer_satisfaction_index import SEGMENTS

# Periods that a click computes at once; what is before them is the job's.
PERIODS_AT_ONCE = 3
# GROUPING(segment, team) of PostgreSQL
LEVELS = {0: "segment_team", 1: "segment", 2: "team", 3: "total"}


@dataclass(frozen=True)
class Span:
    """A period of a company: its days, and the moments (naive UTC) at which it begins and ends."""

    company_id: int
    date_from: date
    date_to: date
    start: datetime
    end: datetime


class CustomerSatisfactionIndex(models.Model):
    """How the figures come about: one statement for each indicator and period, whatever the number of customers."""

    _inherit = "customer.satisfaction.index"

    @api.model
    def _cron_compute(self):
        """Compute all periods that are not final, each in a transaction of its own."""
        Cron = self.env["ir.cron"]
        indexes = self.search([("state", "=", "active")])
        todo = [(index, span) for index in indexes for span in index._get_open_spans()]
        Cron._commit_progress(remaining=len(todo))
        for index, span in todo:
            # Another worker, or a click, has it at this moment: both would write the same.
            if index.try_lock_for_update():
                index._compute_span(span)
            if not Cron._commit_progress(1):
                return

    def _compute_last_periods(self, count=PERIODS_AT_ONCE):
        """Compute the last periods that are not final now, without a transaction for each."""
        for index in self:
            index.lock_for_update()
            for span in index._get_open_spans()[-count:]:
                index._compute_span(span)

    def _get_today(self):
        return self.company_id._care_get_day()

    def _get_span(self, first, last):
        zone = pytz.timezone(self.company_id._care_get_tz())

        def get_moment(day):
            return zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)

        return Span(self.company_id.id, first, last, get_moment(first), get_moment(last + timedelta(days=1)))

    def _get_open_spans(self):
        """Return the periods of the index (singleton) that are not final, up to now, the oldest first."""
        self.ensure_one()
        final = (
            self.env["customer.satisfaction.value"]
            .sudo()
            .search_fetch(
                [("index_id", "=", self.id), ("level", "=", "total"), ("is_final", "=", True)], ["date_from"]
            )
        )
        done = set(final.mapped("date_from"))
        periods = get_periods(self.period, self.date_start, self._get_today())
        return [self._get_span(first, last) for first, last in periods if first not in done]

    def _compute_span(self, span):
        """Compute and store all figures of one period of the index (singleton).

        Existing figures keep their ids; those of segments and teams that have none any more are deleted.
        """
        Value = self.env["customer.satisfaction.value"].sudo()
        before = self._get_before(span)
        old = {
            value.key: value
            for value in Value.search([("index_id", "=", self.id), ("date_from", "=", span.date_from)])
        }
        is_final = self._get_today() > span.date_to + timedelta(days=self.final_days)
        vals_list = []
        for place, figures in self._measure(span).items():
            vals = self._prepare_value_vals(span, place, figures, before, is_final)
            if vals:
                vals_list.append(vals)
        keys = {vals["key"] for vals in vals_list}
        Value.union(*(value for key, value in old.items() if key not in keys)).unlink()
        for vals in vals_list:
            if vals["key"] in old:
                value = old[vals["key"]]
                value.line_ids.unlink()
                value.write(vals)
        Value.create([vals for vals in vals_list if vals["key"] not in old])

    def _measure(self, span):
        """Return the figures of a period.

        :return: {(level, segment id or None, team id or None): {indicator: (raw, number of cases)}}
        """
        figures = defaultdict(dict)
        for indicator in self.indicator_ids:
            for level, segment_id, team_id, raw, count in self._query_indicator(indicator, span):
                figures[level, segment_id, team_id][indicator] = (raw, count)
        return figures

    def _query_indicator(self, indicator, span):
        """Yield ``(level, segment id, team id, raw, cases)`` of one indicator; the unknown segment is left out."""
        rows, value, count = getattr(indicator, f"_query_{indicator.provider}")(span)
        unknown = SQL("NULL::int")
        segment = (
            SQL("customer.%s", SQL.identifier(SEGMENTS[self.segment_by][1])) if self.segment_by else unknown
        )
        team = SQL("customer.care_team_id") if self.is_by_team else unknown
        self.env.flush_all()
        result = self.env.execute_query(
            SQL(
                """
                SELECT GROUPING(segment, team), segment, team, %(value)s, %(count)s
                  FROM (SELECT fact.*, %(segment)s AS segment, %(team)s AS team
                          FROM (%(rows)s) fact
                          LEFT JOIN res_partner customer ON customer.id = fact.partner_id) fact
                 GROUP BY GROUPING SETS ((), (segment), (team), (segment, team))
                """,
                value=value,
                count=count,
                segment=segment,
                team=team,
                rows=rows,
            )
        )
        for grouping, segment_id, team_id, raw, number in result:
            level = LEVELS[grouping]
            if ("segment" in level and not segment_id) or ("team" in level and not team_id):
                continue
            yield level, segment_id, team_id, raw if raw is None else float(raw), number

    def _get_before(self, span):
        """Return {(level, segment id, team id): value} of the period before."""
        first, _last = get_period(self.period, span.date_from - timedelta(days=1))
        values = (
            self.env["customer.satisfaction.value"]
            .sudo()
            .search([("index_id", "=", self.id), ("date_from", "=", first)])
        )
        values.line_ids.fetch(["indicator_id", "points", "weight", "is_counted"])
        return {value._get_place(): value for value in values}

    def _prepare_value_vals(self, span, place, figures, before, is_final):
        """Return the values of the figure of a place, with its lines; empty where nothing is known."""
        level, segment_id, team_id = place
        parts = {
            indicator.id: Part(indicator._get_points(*figures.get(indicator, (None, 0))), indicator.weight)
            for indicator in self.indicator_ids
        }
        exact, shares = weigh(parts)
        known = sum(part.weight for part in parts.values() if part.points is not None)
        known_percent = 100 * known / sum(part.weight for part in parts.values())
        if exact is None or known_percent < self.min_known_percent:
            return {}
        value = round(exact, 2)
        earlier = before.get(place)
        effects = self._get_effects(parts, earlier, value)
        amounts = round_parts([shares[key] * (parts[key].points or 0) for key in parts], value)
        lines = [
            {
                **indicator._prepare_line_vals(*figures.get(indicator, (None, 0))),
                "share": shares[indicator.id] * 100,
                "contribution": amount,
                "points_effect": effects.get(indicator.id, (0, 0))[0],
                "weight_effect": effects.get(indicator.id, (0, 0))[1],
            }
            for indicator, amount in zip(self.indicator_ids, amounts, strict=True)
        ]
        gone = [key for key in effects if key not in parts]
        lines += [earlier._prepare_gone_line_vals(key, effects[key]) for key in gone]
        target = self._get_target(span, segment_id, team_id)
        return {
            "key": ":".join(str(part or "") for part in (self.id, span.date_from, segment_id, team_id)),
            "index_id": self.id,
            "company_id": span.company_id,
            "date_from": span.date_from,
            "date_to": span.date_to,
            "level": level,
            **dict.fromkeys((name for name, _field in SEGMENTS.values()), False),
            **({SEGMENTS[self.segment_by][0]: segment_id} if segment_id else {}),
            "team_id": team_id,
            "value": value,
            "before_id": earlier.id if earlier else False,
            "before_value": earlier.value if earlier else 0.0,
            "change": round(value - earlier.value, 2) if earlier else 0.0,
            "target": target,
            "is_reached": bool(target) and value >= target,
            "known_percent": known_percent,
            "is_final": is_final,
            "computed_datetime": fields.Datetime.now(),
            "line_ids": [(0, 0, vals) for vals in lines],
        }

    def _get_effects(self, parts, earlier, value):
        """Return {indicator id: (effect of points, effect of weight)}, rounded so that they sum to the change."""
        if not earlier:
            return {}
        effects = explain(parts, earlier._get_parts())
        keys = list(effects)
        flat = [effect for key in keys for effect in effects[key]]
        rounded = round_parts(flat, round(value - earlier.value, 2))
        return {key: (rounded[2 * place], rounded[2 * place + 1]) for place, key in enumerate(keys)}

    def _get_target(self, span, segment_id, team_id):
        """Return the target of a place: that of most conditions, of those the latest; else that of the index."""
        segment_field = SEGMENTS[self.segment_by][0] if self.segment_by else None
        place = {name: False for name, _field in SEGMENTS.values()}
        if segment_field:
            place[segment_field] = segment_id or False
        place["team_id"] = team_id or False
        fitting = self.target_ids.filtered(
            lambda target: (
                (not target.date_from or target.date_from <= span.date_from)
                and all(not target[name] or target[name].id == place[name] for name in place)
            )
        )
        if not fitting:
            return self.target
        return fitting.sorted(
            lambda target: (sum(bool(target[name]) for name in place), target.date_from or date.min)
        )[-1:].value
