import json

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, OrderedSet

from ..tools.disclosure import hide_cells

# Each more doubles the totals that are compared.
MOST_DIMENSIONS = 8


class CustomerSurveyAnonymity(models.AbstractModel):
    """Figures that tell nothing of a few anonymous answers: who gave them could be guessed.

    Models that inherit have the fields ``is_anonymous`` and ``answer_key`` (the same for all rows of one answer).
    Answers with a name are not touched; of the anonymous ones are left out, wherever they are listed or counted:

    - all, where there are fewer than the company wants (the limit);
    - all, where a condition of the filter leaves out some, but fewer than the limit: they would be what is counted
      without the condition, less what is counted with it. Conditions on the same field count as one;
    - in groups, those of each group under the limit, and of the next smallest where the total would tell it. A filter
      on one value (a team, a survey) is asked as that group: it shows nothing that the groups hide.
      ``tools.disclosure`` says how; it is asked in one place, ``_get_hidden_cells``;
    - of a measure that fewer than the limit have (the recommendation, where few were asked), all.

    Not covered: a measure that few have in one group, and enough in the other groups and the total together (the
    dashboard hides the next smallest group there, too). Several filters that each leave out enough, and that differ
    from each other by few, as lists of chosen records can. The same figures asked before and after an answer came. What
    the reader knows from elsewhere. Whoever may read answers reads those of a survey one by one anyway, as soon as the
    survey has enough.
    """

    _name = "customer.survey.anonymity"
    _description = "Figures of Anonymous Answers"

    @api.model
    def _get_min_answers(self):
        """Return the least number of anonymous answers that figures show: the strictest of the reader's companies."""
        return max(self.env.companies.sudo().mapped("care_survey_min_answers"))

    @api.model
    def _has_anonymous(self):
        """Whether there is any anonymous survey; without one nothing has to be hidden."""
        return bool(self.env["survey.survey"]._care_get_anonymous_ids())

    # Reading

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False):
        options = {"active_test": active_test, "bypass_access": bypass_access}
        domain = self._protect(domain, **options)
        return super()._search(domain, offset=offset, limit=limit, order=order, **options)

    @api.model
    def _search_all(self, domain, **options):
        """Return the query of the rows with nothing left out; of what it counts nothing may be shown."""
        # the method of the models above, on purpose: the own one leaves rows out
        return super()._search(domain, **options)  # pylint: disable=super-method-mismatch

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        domain = self._protect(domain, groupby)
        return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        """Read each grouping by itself as soon as one of them hides something."""
        if not any(self._get_hidden_cells(domain, groupby) for groupby in grouping_sets):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        specs = {spec for groupby in grouping_sets for spec in groupby}
        parts = [part.strip() for part in (order or "").split(",") if part.strip()]
        return [
            self._read_group(
                domain,
                groupby,
                aggregates,
                order=", ".join(part for part in parts if part.split()[0] not in specs - set(groupby))
                or None,
            )
            for groupby in grouping_sets
        ]

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Let a measure with too few anonymous answers count the others alone."""
        aggregate = super()._read_group_select(aggregate_spec, query)
        name = aggregate_spec.partition(":")[0]
        return self._select_enough(
            name,
            query,
            lambda condition: SQL("%s FILTER (WHERE %s)", aggregate, condition) if condition else aggregate,
        )

    @api.model
    def _select_enough(self, name, query, get_aggregate):
        """Return SQL of an aggregate of a field that leaves the anonymous answers out where too few have a value.

        :param get_aggregate: function(SQL of what rows must fulfil, or None) -> SQL of the aggregate of these rows
        """
        if not self._has_anonymous():
            return get_aggregate(None)
        is_anonymous = self._field_to_sql(self._table, "is_anonymous", query)
        has_value = SQL("TRUE")
        if name in self._fields and self._fields[name].store and self._fields[name].column_type:
            has_value = SQL("%s IS NOT NULL", self._field_to_sql(self._table, name, query))
        return SQL(
            "CASE WHEN COUNT(DISTINCT CASE WHEN %(anonymous)s AND %(has_value)s THEN %(key)s END)"
            " BETWEEN 1 AND %(most)s"
            " THEN %(named)s ELSE %(aggregate)s END",
            anonymous=is_anonymous,
            has_value=has_value,
            key=self._field_to_sql(self._table, "answer_key", query),
            most=self._get_min_answers() - 1,
            named=get_aggregate(SQL("NOT %s", is_anonymous)),
            aggregate=get_aggregate(None),
        )

    # What is left out

    @api.model
    def _protect(self, domain, groupby=(), **options):
        """Return the domain without the anonymous rows that its reader may not count, grouped as is asked."""
        domain = Domain(domain)
        if not self._has_anonymous():
            return domain
        named = Domain("is_anonymous", "=", False)
        count, left_out = self._count_anonymous(domain, **options)
        if not count:
            return domain
        least = self._get_min_answers()
        if any(0 < number < least for number in (count, *left_out)):
            return domain & named
        specs, hidden = self._find_hidden_cells(domain, groupby, **options)
        if not hidden:
            return domain

        def get_sql(model, alias, query):
            cell = self._get_cell_sql([model._read_group_groupby(alias, spec, query) for spec in specs])
            return SQL("%s::text != ALL(%s)", cell, list(hidden))

        return domain & (named | Domain.custom(to_sql=get_sql))

    @api.model
    def _get_hidden_cells(self, domain, groupby):
        """Return the groups whose anonymous answers are left out, as a set of tuples of ids, texts, days... as in JSON.

        :param groupby: as of ``_read_group``
        """
        if not groupby or not self._has_anonymous():
            return set()
        specs, hidden = self._find_hidden_cells(Domain(domain), groupby)
        places = [specs.index(spec) for spec in groupby]
        cells = map(json.loads, hidden)
        return {tuple(cell[place] for place in places) for cell in cells}

    @api.model
    def _find_hidden_cells(self, domain, groupby, **options):
        """Return (specifications to group by, hidden cells as texts) of a table of groups and of what is filtered by.

        Specifications are in alphabetical order: the same table hides the same, whichever way it is turned.
        """
        slices, others = self._split_slices(domain)
        specs = sorted({*groupby, *slices})
        if not specs:
            return specs, set()
        if len(specs) > MOST_DIMENSIONS:
            raise UserError(
                self.env._(
                    "Figures with anonymous answers can be grouped and filtered by %(most)s fields at once, not more.",
                    most=MOST_DIMENSIONS,
                )
            )
        counts, texts = self._count_cells(others, specs, **options)
        return specs, {texts[cell] for cell in hide_cells(counts, len(specs), self._get_min_answers())}

    @api.model
    def _split_slices(self, domain):
        """Return (fields of which the domain asks for one value, the other conditions)."""
        slices, others = set(), []
        for condition in self._split_conditions(domain):
            if (
                hasattr(condition, "field_expr")
                and condition.operator == "in"
                and isinstance(condition.value, OrderedSet)
                and len(condition.value) == 1
                and condition.field_expr in self._fields
                and self._fields[condition.field_expr].type == "many2one"
                and self._fields[condition.field_expr].store
            ):
                slices.add(condition.field_expr)
            else:
                others.append(condition)
        return slices, Domain.AND(others)

    @api.model
    def _split_conditions(self, domain):
        """Return the conditions that a row must fulfil all."""
        domain = domain.optimize_full(self)
        return list(domain.children) if getattr(domain, "OPERATOR", None) == "&" else [domain]

    @api.model
    def _get_cell_sql(self, terms):
        return SQL("jsonb_build_array(%s)", SQL(", ").join(terms))

    # Counting

    @api.model
    def _count_anonymous(self, domain, **options):
        """Return (number of the anonymous answers, [how many more there are without a condition of the domain])."""
        query = self._search_all(Domain("is_anonymous", "=", True), **options)
        by_field = {}
        for number, condition in enumerate(self._split_conditions(domain)):
            key = getattr(condition, "field_expr", number)
            by_field.setdefault(key, []).append(condition._to_sql(self, self._table, query))
        conditions = [SQL("(%s)", SQL(" AND ").join(terms)) for terms in by_field.values()]
        key = self._field_to_sql(self._table, "answer_key", query)
        [(count, *wider)] = self.env.execute_query(
            query.select(
                *(
                    SQL(
                        "COUNT(DISTINCT %s) FILTER (WHERE %s)",
                        key,
                        SQL(" AND ").join([SQL("TRUE"), *(one for one in conditions if one is not left)]),
                    )
                    for left in (None, *conditions)
                )
            )
        )
        return count, [number - count for number in wider]

    @api.model
    def _count_cells(self, domain, specs, **options):
        """Return ({positions: {cell: number of anonymous answers}}, {cell with all dimensions: its text})."""
        query = self._search_all(domain & Domain("is_anonymous", "=", True), **options)
        if query.is_empty():
            return {}, {}
        names = [SQL.identifier(f"dim_{place}") for place, _spec in enumerate(specs)]
        columns = [
            SQL("%s AS %s", self._read_group_groupby(self._table, spec, query), name)
            for spec, name in zip(specs, names, strict=True)
        ]
        key = SQL("%s AS answer_key", self._field_to_sql(self._table, "answer_key", query))
        every = SQL(", ").join(names)
        rows = self.env.execute_query(
            SQL(
                "SELECT GROUPING(%s), %s::text, COUNT(DISTINCT answer_key) FROM (%s) part GROUP BY CUBE (%s)",
                every,
                self._get_cell_sql(names),
                query.select(key, *columns),
                every,
            )
        )
        counts, texts = {}, {}
        size = len(specs)
        for mask, text, number in rows:
            # GROUPING: the last dimension is the lowest bit, which is set where it is summed up
            places = tuple(place for place in range(size) if not mask >> (size - 1 - place) & 1)
            values = json.loads(text)
            cell = tuple(values[place] for place in places)
            counts.setdefault(places, {})[cell] = number
            if len(places) == size:
                texts[cell] = text
        return counts, texts
