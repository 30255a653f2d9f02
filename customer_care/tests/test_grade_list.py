import zipfile

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .grading_common import GradingCommon


@tagged("post_install", "-at_install")
class TestGradeList(GradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exporter = new_test_user(
            cls.env, "test_care_exporter", groups="customer_care.group_care_user,base.group_allow_export"
        )

    def _get_texts(self, partners):
        """Download the list as the exporter; return the texts of the workbook and the names of its parts."""
        partners = partners.with_user(self.exporter)
        url = partners.action_care_grade_list_xlsx()["url"]
        report = self.env["customer.grade.list"].with_user(self.exporter).browse(int(url.rsplit("/", 1)[1]))
        with report._get_xlsx()[1] as stream, zipfile.ZipFile(stream) as book:
            sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
            strings = "".join(
                book.read(name).decode()
                for name in [*sheets, "xl/sharedStrings.xml"]
                if name in book.namelist()
            )
            return strings, book.namelist()

    def test_grade_list_has_customers_and_a_chart(self):
        """The workbook lists graded customers with their grade, and counts them in a native chart."""
        self._create_buyer(name="First graded", grade="A")
        self._create_buyer(name="Not graded at all")
        texts, parts = self._get_texts(self.env["res.partner"])
        self.assertIn("First graded", texts)
        self.assertIn(self.grades["A"].display_name, texts)
        self.assertNotIn("Not graded at all", texts)
        self.assertTrue([name for name in parts if name.startswith("xl/charts/chart")])

    def test_grade_list_of_chosen_customers(self):
        """Only the chosen customers are listed."""
        chosen, other = (self._create_buyer(name=name, grade="B") for name in ("Chosen one", "Other one"))
        texts, _parts = self._get_texts(chosen)
        self.assertIn("Chosen one", texts)
        self.assertNotIn(other.name, texts)

    def test_grade_list_needs_the_right_to_export(self):
        """Who may not export gets no workbook, and nobody a customer whom he may not see."""
        customer = self._create_buyer(name="Chosen one", grade="B")
        with self.assertRaises(AccessError):
            customer.with_user(self.specialist).action_care_grade_list_xlsx()
        with self.assertRaises(AccessError):
            customer.with_user(self.portal).action_care_grade_list_xlsx()
