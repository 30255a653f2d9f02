from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import customer_rule_run_mixin
from .callback_rule_common import CallbackRuleCommon

LOGGER = "odoo.addons.customer_care.models.customer_rule_run_mixin"


@tagged("post_install", "-at_install")
class TestCallbackRuleStop(CallbackRuleCommon):
    """Runs that wait: for a confirmation, for the night, for the workers, for a rule that works."""

    # By mistake

    def test_too_many_by_hand_asks_with_the_number(self):
        """More than the company's limit is made only after somebody confirmed it."""
        self.company.care_callback_limit = 3
        self._create_people(4)
        rule = self._create_periodic()
        run = self._run(rule)
        self.assertEqual((run.state, run.count_new, len(self._get_callbacks(rule))), ("waiting", 4, 0))
        self.assertEqual((rule.open_run_state, rule.open_run_new), ("waiting", 4))
        self.assertFalse(self._get_rows(run))
        with self.assertRaises(AccessError):
            run.with_user(self.specialist).action_confirm()
        run.with_user(self.supervisor).action_confirm()
        self.assertEqual((run.state, run.count_new, len(self._get_callbacks(rule))), ("done", 4, 4))
        with self.assertRaisesRegex(UserError, "does not wait"):
            run.with_user(self.supervisor).action_confirm()

    def test_too_many_at_night_tells_the_owner_once(self):
        """At night nothing is planned and the owner is told once; after the confirmation it goes on."""
        self.company.care_callback_limit = 3
        self._create_people(4)
        rule = self._create_periodic()
        for number in range(3):
            with freeze_time(fields.Datetime.now() + timedelta(days=number)):
                rule._run_tonight()
        self.assertFalse(self._get_callbacks(rule))
        self.assertEqual(rule.activity_ids.user_id, self.admin)
        self.assertEqual(len(rule.activity_ids), 1)
        self.assertIn("4 callbacks, more than 3", rule.activity_ids.note)
        self.assertEqual(len(rule.run_ids), 1)
        rule.run_ids.with_user(self.supervisor).action_confirm()
        self.assertEqual(len(self._get_callbacks(rule)), 4)
        self.assertFalse(rule.activity_ids)

    def test_too_many_then_the_rule_is_mended(self):
        """A run that waits makes way for a new one, or is called off."""
        self.company.care_callback_limit = 3
        self._create_people(4)
        rule = self._create_periodic()
        waiting = self._run(rule)
        rule.max_count = 2
        run = self._run(rule)
        self.assertEqual((waiting.state, run.state, run.count_new), ("cancelled", "done", 2))
        rule.max_count = 0
        self.company.care_callback_limit = 1
        waiting = self._run(rule)
        waiting.with_user(self.supervisor).action_cancel()
        self.assertEqual((waiting.state, rule.open_run_state), ("cancelled", False))
        with self.assertRaisesRegex(UserError, "ended already"):
            waiting.with_user(self.supervisor).action_cancel()

    # Nights

    def test_night_runs_each_rule_once_a_day(self):
        """A rule runs once a day, whoever asks how often; a rule that fails says so once and others go on."""
        self._create_people(2)
        good = self._create_periodic(sequence=20)
        broken = self._create_periodic(sequence=1)
        self.env.cr.execute(
            "UPDATE customer_callback_rule SET partner_domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        Cron = self.env.registry["ir.cron"]
        with mute_logger(LOGGER), patch.object(Cron, "_commit_progress", lambda *args, **kwargs: 100):
            for _n in range(2):
                self.env["customer.callback.rule"]._cron_plan()
        self.assertEqual(len(self._get_callbacks(good)), 2)
        self.assertEqual((len(good.run_ids), len(broken.run_ids)), (1, 1))
        self.assertEqual((broken.run_ids.state, len(broken.activity_ids)), ("failed", 1))
        self.assertIn("gone", broken.run_ids.error)
        with self.assertRaisesRegex(UserError, "gone"):
            broken.with_user(self.supervisor).action_preview()
        with self.assertRaisesRegex(UserError, "gone"):
            self._run(broken)

    def test_big_run_is_left_to_the_workers(self):
        """More than a handful is made in the background; a run under way is not begun twice and may be stopped."""
        self._create_people(5)
        rule = self._create_periodic()
        Cron = self.env.registry["ir.cron"]
        with (
            patch.object(customer_rule_run_mixin, "RUN_AT_ONCE", 2),
            patch.object(customer_rule_run_mixin, "SLICE", 2),
        ):
            run = self._run(rule)
            self.assertEqual((run.state, run.progress, len(run.slice_ids)), ("running", 0, 3))
            with self.assertRaisesRegex(UserError, "under way, started by Supervisor"):
                self._run(rule)
            run._work_once()
            self.assertEqual(run.progress, 33)
            with patch.object(Cron, "_commit_progress", lambda *args, **kwargs: 100):
                self.env["customer.callback.rule"]._cron_plan()
        self.assertEqual((run.state, run.count_new, len(self._get_callbacks(rule))), ("done", 5, 5))

    @mute_logger(LOGGER)
    def test_run_that_breaks_says_why_and_can_be_repeated(self):
        """An error leaves the run failed and the owner told; the next run makes what is missing."""
        self._create_people(4)
        rule = self._create_periodic()
        Run = self.env.registry["customer.callback.run"]
        with (
            patch.object(customer_rule_run_mixin, "RUN_AT_ONCE", 0),
            patch.object(customer_rule_run_mixin, "SLICE", 2),
        ):
            run = self._run(rule)
            run._work_once()
            with (
                patch.object(Run, "_make", side_effect=ValueError("Out of order")),
                patch.object(self.env.cr, "rollback"),
            ):
                self.assertFalse(run._work_once())
        self.assertEqual((run.state, run.error), ("failed", "Out of order"))
        self.assertEqual(rule.activity_ids.user_id, self.admin)
        self.assertEqual((self._run(rule).count_new, len(self._get_callbacks(rule))), (2, 4))
