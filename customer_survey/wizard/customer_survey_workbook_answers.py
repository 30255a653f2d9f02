from odoo import models
from odoo.addons.customer_care.tools.xlsx import BATCH
from odoo.fields import Domain
from odoo.tools import SQL

VALUES = {
    "char_box": "value_char_box",
    "text_box": "value_text_box",
    "numerical_box": "value_numerical_box",
    "scale": "value_scale",
    "date": "value_date",
    "datetime": "value_datetime",
}


class CustomerSurveyWorkbook(models.TransientModel):
    """The answers themselves: a sheet for each survey, a row for each answer, a column for each question.

    They are read in batches and written as they come, so that memory does not grow with their number.
    """

    _inherit = "customer.survey.workbook"

    def _write_answers(self, book, figures, question, answer):
        """A sheet for each survey whose answers were counted."""
        report = figures.env["customer.survey.report"]
        domain = figures._get_report_domain(question) & Domain("survey_id", "!=", False)
        for (survey,) in report._read_group(domain, ["survey_id"]):
            own = domain & Domain("survey_id", "=", survey.id)
            # a group of each answer would be one of few: who is listed at all is asked instead
            query = report._search(own & Domain("answer_key", ">", 0))
            key = report._field_to_sql(report._table, "answer_key", query)
            keys = [one for (one,) in self.env.execute_query(query.select(SQL("DISTINCT %s", key)))]
            if keys:
                self._write_survey(book, survey, sorted(keys))

    def _write_survey(self, book, survey, keys):
        """Write the sheet of one survey; an anonymous one names nobody.

        :param keys: ids of the answers
        """
        questions = survey.question_and_page_ids.filtered(lambda one: not one.is_page)
        is_named = not survey.care_is_anonymous
        head = [self.env._("Answered On")]
        if is_named:
            head += [
                self.env._("Customer"),
                self.env._("Contact"),
                self.env._("Channel"),
                self.env._("Filled In By"),
            ]
        sheet = book.add_sheet(survey.title)
        sheet.write_head([*head, *(question.title for question in questions)])
        sheet.worksheet.freeze_panes(sheet.row, 0)
        for start in range(0, len(keys), BATCH):
            # what the reader may not read is left out
            answers = self.env["survey.user_input"].search(
                [("id", "in", keys[start : start + BATCH])], order="id"
            )
            cells = self._get_cells(answers)
            for one in answers:
                row = self._get_answer_head(one, is_named)
                own = cells.get(one.id, {})
                sheet.write_row([*row, *(own.get(question.id) for question in questions)])
            self.env.invalidate_all()

    def _get_answer_head(self, answer, is_named):
        """Return the first cells of an answer: of an anonymous one its day alone."""
        end = answer.end_datetime
        if not is_named:
            return [end and end.date()]
        company = answer.care_company_id or self.company_id or self.env.company
        day = end and company.sudo()._care_get_day(end)
        channels = dict(answer._fields["care_channel"]._description_selection(self.env))
        partner = answer.partner_id.sudo()
        return [
            day,
            partner.commercial_partner_id.display_name or None,
            partner.display_name or None,
            channels.get(answer.care_channel),
            answer.care_filled_by_id.sudo().name or None,
        ]

    def _get_cells(self, answers):
        """Return {id of an answer: {id of a question: what was answered}}; several choices become one text."""
        cells = {}
        lines = self.env["survey.user_input.line"].search(
            [("user_input_id", "in", answers.ids), ("skipped", "=", False)], order="id"
        )
        for line in lines:
            own = cells.setdefault(line.user_input_id.id, {})
            value = self._get_line_value(line)
            known = own.get(line.question_id.id)
            own[line.question_id.id] = value if known is None else f"{known}; {value}"
        return cells

    def _get_line_value(self, line):
        if line.answer_type in VALUES:
            return line[VALUES[line.answer_type]]
        value = line.suggested_answer_id.sudo().value or ""
        row = line.matrix_row_id.sudo().value
        return f"{row}: {value}" if row else value
