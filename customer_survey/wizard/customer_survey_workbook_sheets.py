from odoo import models

from ..tools.statistics import net_interval, net_score, share, wilson


class CustomerSurveyWorkbook(models.TransientModel):
    """The sheets of figures; see ``_get_sheets``."""

    _inherit = "customer.survey.workbook"

    def _write_summary(self, book, figures, question, answer):
        """One row for each figure: the period, its 95 % range, the period before, the year before, and what changed."""
        before = self._get_earlier(question)
        year = self._get_earlier(question, "year")
        others = [figures._query_totals(one) for one in (before, year)]
        sheet = book.add_sheet(self.env._("Summary"))
        sheet.write_title(self._get_xlsx_name())
        scope = [self.company_id.name, self.survey_id.title, self.team_id.name]
        sheet.write_row([", ".join(filter(None, scope))])
        sheet.write_head(
            [
                self.env._("Figure"),
                figures._say_period(question.period),
                self.env._("Lower limit (95 %)"),
                self.env._("Upper limit (95 %)"),
                self.env._("Counted"),
                figures._say_period(before.period),
                self.env._("Chance?"),
                figures._say_period(year.period),
                self.env._("Chance in a year?"),
                self.env._("Definition"),
            ]
        )
        names, definitions = figures._get_tile_names(), figures._get_definitions()
        for code in figures._get_tile_codes():
            number, _part, whole = figures._get_numbers(answer)[code]
            limits = figures._get_interval(code, answer) or (None, None)
            old, older = (
                [
                    self._get_cell(figures, code, figures._get_numbers(one)[code][0]),
                    figures._say_difference(figures._get_difference(code, answer, one)),
                ]
                for one in others
            )
            cells = [self._get_cell(figures, code, one) for one in (number, *limits)]
            name = names[code] if code != "time" else self.env._("%(figure)s (hours)", figure=names[code])
            style = dict.fromkeys((1, 2, 3, 5, 7), "percent") if figures._is_percent(code) else {}
            sheet.write_row([name, *cells, whole, *old, *older, definitions[code]], style)

    def _get_cell(self, figures, code, number):
        """Return what the workbook holds: shares of 1, hours, scores."""
        if number is None:
            return None
        if figures._is_percent(code):
            return number / 100
        return round(number / 3600, 2) if code == "time" else round(number, 2)

    def _write_trend(self, book, figures, question, answer):
        """One row for each month or day, with the limits between which the figures lie."""
        rows = figures._get_rows(answer, "step")
        names = figures._get_tile_names()
        low, high = self.env._("Lower limit (95 %)"), self.env._("Upper limit (95 %)")
        sheet = book.add_sheet(self.env._("Trend"))
        head = [names["csat"], f"{names['csat']}: {low}", f"{names['csat']}: {high}"]
        head += [names["nps"], f"{names['nps']}: {low}", f"{names['nps']}: {high}"]
        sheet.write_head([self.env._("Period"), names["answers"], *head, names["ces"]])
        first = sheet.row
        for day in question.period.get_steps(question.grain):
            row = rows.get(day.isoformat())
            cells = self._get_group_cells(figures, row) if row else [0]
            sheet.write_row(
                [figures._say_step(day, question.grain), *cells], dict.fromkeys((2, 3, 4), "percent")
            )
        last = sheet.row - 1
        series = [(head[3], first, last, 5), (head[4], first, last, 6), (head[5], first, last, 7)]
        sheet.add_chart("line", names["nps"], series, position=(last + 2, 0))
        series = [(head[0], first, last, 2), (head[1], first, last, 3), (head[2], first, last, 4)]
        sheet.add_chart("line", names["csat"], series, position=(last + 2, 5))

    def _get_group_cells(self, figures, row):
        """Return the cells of a row of the counts: answers, CSAT and NPS with their limits, CES."""
        classes = figures._get_classes(row)
        csat = [
            share(row["satisfied"], row["csat"]),
            *(wilson(row["satisfied"], row["csat"]) or (None, None)),
        ]
        nps = [net_score(*classes), *(net_interval(*classes) or (None, None))]
        ces = figures._get_sample(row, "ces").mean
        return [
            row["answers"],
            *(None if one is None else one / 100 for one in csat),
            *(None if one is None else round(one, 2) for one in (*nps, ces)),
        ]

    def _write_marks(self, book, figures, question, answer):
        """How often each recommendation was given, and how many promoters, passives and detractors."""
        title = self.env._("Recommendations from 0 to 10")
        sheet = book.add_sheet(self.env._("Recommendation"))
        sheet.write_head([self.env._("Recommendation"), self.env._("Answers")])
        first = sheet.row
        for row in figures._show_marks(answer):
            sheet.write_row([row["key"], row["count"]])
        last = sheet.row - 1
        sheet.row += 1
        sheet.write_head([self.env._("NPS Class"), self.env._("Answers"), self.env._("Share")])
        begin = sheet.row
        for row in figures._show_classes(answer):
            sheet.write_row([row["name"], row["count"], row["percent"] / 100], {2: "percent"})
        end = sheet.row - 1
        if last >= first:
            name = self.env._("Answers")
            sheet.add_chart("column", title, [(name, first, last, 1)], position=(end + 2, 0))
            sheet.add_chart(
                "pie", figures._get_tile_names()["nps"], [(name, begin, end, 1)], position=(end + 2, 4)
            )

    def _write_reasons(self, book, figures, question, answer):
        """All reasons in falling order, with the cumulated share as a line."""
        bars, name = figures._show_reasons(answer, most=None), self.env._("Answers")
        cumulated = self.env._("Cumulated Share")
        sheet = book.add_sheet(self.env._("Reasons"))
        sheet.write_head([self.env._("Reason"), name, cumulated])
        first = sheet.row
        for bar in bars:
            sheet.write_row([bar["name"], bar["count"], bar["cumulated"] / 100], {2: "percent"})
        if bars:
            last = sheet.row - 1
            sheet.add_chart(
                "column",
                self.env._("Pareto of the Reasons"),
                [(name, first, last, 1)],
                position=(last + 2, 0),
                line=(cumulated, first, last, 2),
            )

    def _write_tables(self, book, figures, question, answer):
        """A sheet for each dimension, with a row for each team, grade..."""
        names = figures._get_tile_names()
        low, high = self.env._("Lower limit (95 %)"), self.env._("Upper limit (95 %)")
        for table in figures._show_tables(answer, most=None):
            rows = figures._get_rows(answer, table["key"])
            sheet = book.add_sheet(self.env._("By %(dimension)s", dimension=table["name"]))
            head = [names["csat"], f"{names['csat']}: {low}", f"{names['csat']}: {high}"]
            head += [names["nps"], f"{names['nps']}: {low}", f"{names['nps']}: {high}"]
            sheet.write_head([table["name"], names["answers"], *head, names["ces"]])
            first = sheet.row
            for row in table["rows"]:
                cells = self._get_group_cells(figures, rows[row["key"] or None])
                sheet.write_row([row["name"], *cells], dict.fromkeys((2, 3, 4), "percent"))
            if table["rows"]:
                last = sheet.row - 1
                series = [(names["nps"], first, last, 5)]
                sheet.add_chart("bar", names["nps"], series, position=(last + 2, 0))

    def _write_comments(self, book, figures, question, answer):
        """What customers wrote."""
        sheet = book.add_sheet(self.env._("Comments"))
        sheet.write_records(
            figures.env["customer.survey.comment"].with_context(
                allowed_company_ids=figures.env.companies.ids
            ),
            figures._get_report_domain(question),
            [
                "date",
                "text",
                "score",
                "nps_class",
                "is_low",
                "partner_id",
                "survey_id",
                "question_id",
                "team_id",
                "theme_ids",
            ],
        )

    def _write_definitions(self, book, figures, question, answer):
        """How each figure is computed."""
        names = figures._get_tile_names()
        sheet = book.add_sheet(self.env._("Definitions"))
        sheet.write_head([self.env._("Figure"), self.env._("Definition")])
        titles = {
            **names,
            "scope": self.env._("What is counted?"),
            "compared": self.env._("How are the periods compared?"),
        }
        definitions = figures._get_definitions()
        for code, title in titles.items():
            sheet.write_row([title, definitions[code]])
