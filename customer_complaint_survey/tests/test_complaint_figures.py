from odoo import fields
from odoo.tests import TransactionCase, tagged

from .common import ComplaintSurveyKit


@tagged("post_install", "-at_install")
class TestComplaintFigures(ComplaintSurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.product = cls.env.ref("customer_complaint.customer_complaint_category_product")
        cls.function = cls.env.ref("customer_complaint.customer_complaint_category_product_function")
        cls.reader = cls.users["supervisor"]
        cls.reader.group_ids += cls.env.ref("customer_complaint.group_complaint_manager")

    def _options(self, **vals):
        today = fields.Date.today().isoformat()
        return {"date_from": today, "date_to": today, "survey_id": self.survey.id, **vals}

    def _figures(self):
        return self.env["customer.survey.figures"].with_user(self.reader).with_context(lang="en_US")

    def _close_and_answer(self, csat, **vals):
        complaint = self._create_complaint(**vals)
        answer = self._close(complaint)
        answer.care_sent_datetime = fields.Datetime.now()
        self._answer(answer, csat=csat, comment="Well")
        return complaint

    def test_figures_by_category(self):
        """Scores, invitations and comments count by the category of their complaint, a main one with all below it."""
        self._close_and_answer(10, category_id=self.function.id)
        self._close_and_answer(1, category_id=self.product.id)
        self._close_and_answer(1)
        tables = {
            table["key"]: table["rows"] for table in self._figures().get_dashboard(self._options())["tables"]
        }
        rows = {row["key"]: row["csat"] for row in tables["complaint_category_id"]}
        self.assertEqual(rows, {self.function.id: "100.0 %", self.product.id: "0.0 %", False: "0.0 %"})
        for category, count in ((self.product, 2), (self.function, 1)):
            options = self._options(complaint_category_id=category.id)
            tiles = {tile["code"]: tile for tile in self._figures().get_dashboard(options)["tiles"]}
            self.assertEqual(tiles["answers"]["number"], count)
            self.assertEqual(tiles["response"]["note"][:5], f"{count} / {count}")
            for action in (
                self._figures().open_figure(options, "csat"),
                self._figures().open_figure(options, "response"),
                self._figures().open_comments(options),
            ):
                model = self.env[action["res_model"]].with_user(self.reader)
                self.assertEqual(model.search_count(action["domain"]), count, action["res_model"])

    def test_hidden_complaints_do_not_count(self):
        """What was said about a confidential complaint counts for those alone who see it."""
        complaint = self._close_and_answer(10, category_id=self.product.id)
        complaint.is_confidential = True
        stranger = self.users["auditor"]
        stranger.group_ids = self.env.ref("customer_care.group_care_supervisor")
        for model in ("customer.survey.report", "customer.survey.response", "customer.survey.comment"):
            own = [("survey_id", "=", self.survey.id)]
            self.assertEqual(self.env[model].with_user(stranger).search_count(own), 0, model)
            self.assertEqual(self.env[model].sudo().search_count(own), 1, model)
