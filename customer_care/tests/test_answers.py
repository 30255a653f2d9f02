import doctest

from odoo.tests import BaseCase, tagged

from ..tools import answers


@tagged("post_install", "-at_install")
class TestAnswers(BaseCase):
    def test_examples_hold(self):
        """The examples of the module are right, and what one answer carries on is its own."""
        self.assertFalse(doctest.testmod(answers).failed)
        answers.notify("Done.", then=answers.CLOSE)["params"]["next"]["tag"] = "changed"
        self.assertEqual(answers.CLOSE, {"type": "ir.actions.act_window_close"})
        self.assertNotIn("next", answers.notify("Done.")["params"])
