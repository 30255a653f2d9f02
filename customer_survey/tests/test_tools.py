import doctest

from odoo.tests import BaseCase, tagged

from ..tools import scores


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    def test_scores_doctests(self):
        """The examples in the formula module are its specification."""
        result = doctest.testmod(scores)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)
