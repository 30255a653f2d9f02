import doctest

from odoo.tests import tagged

from ..tools import pictures
from .common import CareCommon


@tagged("post_install", "-at_install")
class TestPictures(CareCommon):
    def test_formulas(self):
        """The examples of what a page may fetch hold."""
        self.assertFalse(doctest.testmod(pictures).failed)

    def test_only_our_pages_are_cleaned(self):
        """A print-out of another application keeps its pictures, one of ours those of this server."""
        page = (
            '<main><div class="article"><img src="http://a.example/x"><img src="/web/image/7"></div></main>'
        )
        ours = self.env.ref("customer_care.customer_callback_report_letter")
        other = self.env.ref("base.report_ir_model_overview")
        self.assertIn("a.example", other._prepare_html(page)[0][0])
        body = ours._prepare_html(page)[0][0]
        self.assertNotIn("a.example", body)
        self.assertIn("/web/image/7", body)
