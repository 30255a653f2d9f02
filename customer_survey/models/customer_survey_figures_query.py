from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Columns of the counts that are about one kind of scores.
KIND_COLUMNS = {
    "csat": ("csat", "satisfied", "csat_total", "csat_squares"),
    "nps": ("promoters", "passives", "detractors"),
    "ces": ("ces", "ces_total", "ces_squares"),
}
# What the tables of the dashboard group by.
DIMENSIONS = ("team_id", "grade_id", "user_id", "survey_id")


class CustomerSurveyFigures(models.AbstractModel):
    """The figures of a period in one statement: the scores are read once, then counted in several ways."""

    _inherit = "customer.survey.figures"

    @api.model
    def _get_dimensions(self):
        """Return the fields of the report that tables group by. Override to add some."""
        return DIMENSIONS

    @api.model
    def _query_figures(self, question):
        """Return the figures of the question's period.

        ``counts`` has a row for all answers, and one for each step of the charts and each value of each dimension
        (``dimension`` names it); ``marks`` has the recommendations 0 to 10, ``reasons`` the choices that say why,
        ``responses`` one row about the invitations.

        :param question: ``SurveyQuestion`` of ``customer.survey.figures``
        :return: {part: [{column: value}]}
        """
        groups = ("step", *self._get_dimensions())
        parts = {"marks": self._get_marks_sql(), "reasons": self._get_reasons_sql()}
        return self._run(question, groups, parts)

    @api.model
    def _query_totals(self, question):
        """Return as ``_query_figures`` what the earlier period is compared by."""
        return self._run(question, (), {})

    @api.model
    def _query_steps(self, question):
        """Return as ``_query_figures`` the counts of all and of each step."""
        return self._run(question, ("step",), {})

    @api.model
    def _run(self, question, groups, parts):
        domain = self._get_report_domain(question)
        result = self._run_scores(question, domain, {"counts": self._get_counts_sql(groups), **parts})
        self._hide_few(question, domain, groups, result)
        result["responses"] = self._run_responses(question)
        result["loop"] = self._query_loop(question)
        return result

    @api.model
    def _run_scores(self, question, domain, parts):
        rows = SQL(" UNION ALL ").join(
            SQL("SELECT %s, to_jsonb(part) FROM (%s) part", name, part) for name, part in parts.items()
        )
        result = {name: [] for name in parts}
        statement = SQL(
            "WITH scores AS MATERIALIZED (%s), answers AS MATERIALIZED (%s) %s",
            self._get_scores_sql(domain),
            self._get_answers_sql(question.grain),
            rows,
        )
        for name, row in self.env.execute_query(statement):
            result[name].append(row)
        return result

    @api.model
    def _hide_few(self, question, domain, groups, result):
        """Take the anonymous answers from the groups with too few, and from those that would tell these.

        The same of each kind of scores: of ten answers three may have a recommendation.
        """
        if not any(row["anonymous"] for row in result["counts"]):
            return
        hidden = self._find_hidden(question, domain, groups, result["counts"])
        if not any(hidden.values()):
            return
        parts = {"counts": self._get_counts_sql(groups)}
        if "marks" in result:
            parts["marks"] = self._get_marks_sql()
        named = self._run_scores(question, domain & Domain("is_anonymous", "=", False), parts)
        by_group = {self._get_group(row): row for row in named["counts"]}
        counts = []
        for row in result["counts"]:
            group = self._get_group(row)
            own = by_group.get(group, {})
            if group in hidden[None]:
                counts += [own] if own else []
                continue
            for kind, columns in KIND_COLUMNS.items():
                if group in hidden[kind]:
                    row.update({name: own.get(name, 0) for name in columns})
            counts.append(row)
        result["counts"] = counts
        if "marks" in result and ("all", None) in hidden["nps"]:
            result["marks"] = named["marks"]

    @api.model
    def _find_hidden(self, question, domain, groups, counts):
        """Return {kind of scores, or ``None`` for all: {group whose anonymous answers are left out}}."""
        report = self.env["customer.survey.report"]
        least = report._get_min_answers()
        hidden = {}
        for kind in (None, *KIND_COLUMNS):
            column = f"anonymous_{kind}" if kind else "anonymous"
            hidden[kind] = {self._get_group(row) for row in counts if 0 < row[column] < least}
            if not hidden[kind]:
                continue
            own = domain & Domain("kind", "=", kind) if kind else domain
            for name in groups:
                spec = f"date:{question.grain}" if name == "step" else name
                hidden[kind] |= {(name, key) for (key,) in report._get_hidden_cells(own, [spec])}
        return hidden

    @api.model
    def _get_group(self, row):
        """Return (dimension, its value) of a row of the counts."""
        return row["dimension"], row.get(row["dimension"])

    # Scores

    @api.model
    def _get_scores_sql(self, domain):
        """Return the narrow rows from which all is counted: what the reader may see."""
        report = self.env["customer.survey.report"]
        query = report._search(domain)
        names = (
            "answer_key",
            "date",
            "raw_value",
            "nps_class",
            "is_low",
            "is_satisfied",
            "is_anonymous",
            "csat_value",
            "ces_value",
            *self._get_dimensions(),
        )
        return query.select(
            *(
                SQL("%s AS %s", report._field_to_sql(report._table, name, query), SQL.identifier(name))
                for name in names
            )
        )

    @api.model
    def _get_answers_sql(self, grain):
        """Return SQL of one row for each answer, which may have several scores."""
        dimensions = SQL(", ").join(
            SQL("MIN(%s) AS %s", SQL.identifier(name), SQL.identifier(name))
            for name in self._get_dimensions()
        )
        return SQL(
            """
            SELECT answer_key, %(dimensions)s, date_trunc(%(grain)s, MIN(date))::date AS step,
                   BOOL_OR(is_anonymous) AS is_anonymous, BOOL_OR(is_low) AS is_low,
                   COUNT(csat_value) AS csat, COUNT(*) FILTER (WHERE is_satisfied) AS satisfied,
                   SUM(csat_value) AS csat_total, SUM(csat_value * csat_value) AS csat_squares,
                   COUNT(ces_value) AS ces, SUM(ces_value) AS ces_total, SUM(ces_value * ces_value) AS ces_squares,
                   COUNT(*) FILTER (WHERE nps_class = 'promoter') AS promoters,
                   COUNT(*) FILTER (WHERE nps_class = 'passive') AS passives,
                   COUNT(*) FILTER (WHERE nps_class = 'detractor') AS detractors
              FROM scores
             GROUP BY answer_key
            """,
            dimensions=dimensions,
            grain=grain,
        )

    @api.model
    def _get_counts_sql(self, groups):
        """Return SQL with a row for all, and for each value of each of ``groups``."""
        names = [SQL.identifier(name) for name in groups]
        sets = SQL(", ").join([SQL("()"), *(SQL("(%s)", name) for name in names)])
        dimension = (
            SQL(
                "CASE %s ELSE 'all' END",
                SQL(" ").join(
                    SQL("WHEN GROUPING(%s) = 0 THEN %s", name, key)
                    for name, key in zip(names, groups, strict=True)
                ),
            )
            if groups
            else SQL("'all'")
        )
        columns = SQL("").join(SQL("%s,", name) for name in names)
        return SQL(
            """
            SELECT %(dimension)s AS dimension, %(columns)s
                   COUNT(*) AS answers, COUNT(*) FILTER (WHERE is_anonymous) AS anonymous,
                   COUNT(*) FILTER (WHERE is_anonymous AND csat > 0) AS anonymous_csat,
                   COUNT(*) FILTER (WHERE is_anonymous AND promoters + passives + detractors > 0) AS anonymous_nps,
                   COUNT(*) FILTER (WHERE is_anonymous AND ces > 0) AS anonymous_ces,
                   COUNT(*) FILTER (WHERE is_low) AS low,
                   COALESCE(SUM(csat), 0)::int AS csat, COALESCE(SUM(satisfied), 0)::int AS satisfied,
                   COALESCE(SUM(csat_total), 0)::float8 AS csat_total,
                   COALESCE(SUM(csat_squares), 0)::float8 AS csat_squares,
                   COALESCE(SUM(ces), 0)::int AS ces, COALESCE(SUM(ces_total), 0)::float8 AS ces_total,
                   COALESCE(SUM(ces_squares), 0)::float8 AS ces_squares,
                   COALESCE(SUM(promoters), 0)::int AS promoters, COALESCE(SUM(passives), 0)::int AS passives,
                   COALESCE(SUM(detractors), 0)::int AS detractors
              FROM answers
             GROUP BY GROUPING SETS (%(sets)s)
            """,
            dimension=dimension,
            columns=columns,
            sets=sets,
        )

    @api.model
    def _get_marks_sql(self):
        return SQL(
            "SELECT ROUND(raw_value)::int AS key, COUNT(*) AS count FROM scores WHERE nps_class IS NOT NULL GROUP BY 1"
        )

    @api.model
    def _get_reasons_sql(self):
        """Return SQL of the chosen reasons; an answer counts once for each."""
        self.env["survey.user_input.line"].flush_model(
            ["suggested_answer_id", "question_id", "user_input_id"]
        )
        self.env["survey.question"].flush_model(["care_is_reason"])
        return SQL(
            """
            SELECT line.suggested_answer_id AS key, COUNT(DISTINCT answers.answer_key) AS count
              FROM survey_question question
              JOIN survey_user_input_line line ON line.question_id = question.id
              JOIN answers ON answers.answer_key = line.user_input_id
             WHERE question.care_is_reason AND line.suggested_answer_id IS NOT NULL
             GROUP BY line.suggested_answer_id
            """
        )

    # Invitations and follow-up

    @api.model
    def _run_responses(self, question):
        """Return {column: number} about the invitations of the period."""
        report = self.env["customer.survey.response"]
        [(sent, bounced, started, done, expired, hours, timed)] = report._read_group(
            self._get_response_domain(question),
            [],
            [
                *("sent:sum", "bounced:sum", "started:sum", "done:sum", "expired:sum"),
                *("answer_hours:median", "answer_hours:count"),
            ],
        )
        return {
            "sent": sent or 0,
            "reached": (sent or 0) - (bounced or 0),
            "started": started or 0,
            "done": done or 0,
            "expired": expired or 0,
            "hours": hours or None if done else None,
            "timed": timed,
        }

    @api.model
    def _query_loop(self, question):
        """Return (closed-loop rate in percent, number of follow-ups) of the period; (None, 0) without any."""
        loops = self.env.get("customer.survey.loop")
        if loops is None or not loops.has_access("read"):
            return None, 0
        begin, end = question.period.get_moments(question.zone)
        domain = Domain("open_datetime", ">=", begin) & Domain("open_datetime", "<", end)
        [(rate, count)] = loops._read_group(
            domain & self._get_loop_domain(question), [], ["closed_rate:avg", "__count"]
        )
        return (rate if count else None), count

    @api.model
    def _get_loop_domain(self, question):
        """Return the domain of the follow-ups on what the filters of the question mean; scores have their fields."""
        known = self.env["customer.survey.score"]._fields
        return Domain.AND(
            [Domain(f"score_id.{name}", "=", value) for name, value in question.filters if name in known]
        )
