from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestRetention(CareCommon):
    def _retention(self, **vals):
        vals = {"name": "Test", "kind": "event", "months": 12, "action": "delete", **vals}
        return self.env["customer.retention.rule"].create(vals)

    def _events(self, partner):
        return self.env["customer.care.event"].search([("partner_id", "=", partner.id)])

    def setUp(self):
        super().setUp()
        old = fields.Datetime.now() - timedelta(days=800)
        self.env["customer.care.event"]._log(
            [
                {"partner_id": self.customer.id, "kind": "note", "summary": "old", "date": old},
                {"partner_id": self.customer.id, "kind": "note", "summary": "new"},
            ]
        )

    def _own(self):
        return f"[('partner_id', '=', {self.customer.id})]"

    def test_retention_deletes_what_is_older(self):
        """Only records beyond their time go; the run is logged twice: with the rule and in the privacy log."""
        rule = self._retention(domain=self._own())
        rule.action_preview()
        self.assertEqual(len(self._events(self.customer)), 2)
        self.assertEqual((rule.log_ids.count, rule.log_ids.is_dry_run), (1, True))
        self.assertEqual(rule._apply(), 1)
        self.assertEqual(self._events(self.customer).mapped("summary"), ["new"])
        self.assertEqual(rule._apply(), 0)
        log = self.env["customer.privacy.log"].search([("kind", "=", "retention")], limit=1)
        self.assertIn("customer.care.event delete: 1", log.detail)

    def test_retention_empties_texts_once(self):
        """Emptied records stay and are not found again."""
        rule = self._retention(action="erase", domain=self._own())
        self.assertEqual(rule._apply(), 1)
        self.assertEqual(set(self._events(self.customer).mapped("summary")), {False, "new"})
        self.assertEqual(rule._apply(), 0)

    def test_retention_of_callbacks_spares_planned_ones(self):
        """Finished callbacks alone have an end."""
        done, planned = self._create_callback(), self._create_callback()
        done.action_done("reached", note="text")
        done.sudo().done_datetime = fields.Datetime.now() - timedelta(days=800)
        rule = self._retention(kind="callback", domain=self._own())
        self.assertEqual(rule._apply(), 1)
        self.assertFalse(done.exists())
        self.assertTrue(planned.exists())

    def test_retention_bad_rules_are_refused(self):
        """An impossible action, a filter that fails and no time at all are refused with a sentence."""
        with self.assertRaises(ValidationError):
            self._retention(action="archive")
        for domain in ("[('nothing', '=', 1)]", "[(", "1"):
            with self.assertRaises(ValidationError):
                self._retention(domain=domain)

    def test_retention_access(self):
        """Administrators configure and apply, managers and auditors look."""
        rule = self._retention()
        rule.with_user(self.manager).action_preview()
        for user in (self.specialist, self.employee, self.portal):
            with self.assertRaises(AccessError):
                rule.with_user(user).read(["name"])
        for user in (self.manager, self.auditor):
            with self.assertRaises(AccessError):
                rule.with_user(user).action_apply()
        with self.assertRaises(AccessError):
            rule.with_user(self.manager).write({"months": 1})

    def test_retention_job_works_in_batches(self):
        """The nightly job commits each batch and stops when its time is over."""
        self._retention(domain=self._own())
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60) as commit:
            self.env["customer.retention.rule"]._cron_apply()
        self.assertEqual(commit.call_count, 1)
        self.assertEqual(len(self._events(self.customer)), 1)

    def test_retention_shipped_rules_are_examples(self):
        """Nothing is deleted before an administrator switches a rule on."""
        rules = self.env["customer.retention.rule"].with_context(active_test=False)
        shipped = rules.search([("name", "like", " after ")])
        self.assertGreaterEqual(len(shipped), 3)
        self.assertFalse(any(shipped.mapped("active")))

    def test_retention_empties_ended_needs(self):
        """Needs that ended long ago lose their texts once; open ones and recent ones keep them."""
        needs = self.env["customer.need"].create(
            [
                {"name": name, "partner_id": self.customer.id, "state": state, "note": "Secret"}
                for name, state in (("Old", "met"), ("Recent", "met"), ("Open", "open"))
            ]
        )
        needs[0].date_end = fields.Date.today() - timedelta(days=800)
        rule = self._retention(kind="need", action="erase", domain=self._own())
        self.assertEqual(rule._apply(), 1)
        self.assertEqual(needs.mapped("name"), ["-", "Recent", "Open"])
        self.assertEqual(needs.mapped("note"), [False, "Secret", "Secret"])
        self.assertEqual(rule._apply(), 0)
