import doctest

from odoo.tests import BaseCase, tagged

from ..tools import index, links, scores


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_doctests(self):
        """The examples in the formula modules are their specification."""
        for module in (scores, index, links):
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertTrue(result.attempted)
                self.assertFalse(result.failed)
