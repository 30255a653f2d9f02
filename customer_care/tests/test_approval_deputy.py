from datetime import date, timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .approval_common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalDeputy(ApprovalCase):
    def _create_deputy(self, user, deputy, days_from=0, days_to=0, by=None):
        today = date.today()
        return (
            self.env["customer.approval.deputy"]
            .with_user(by or user)
            .create(
                {
                    "user_id": user.id,
                    "deputy_id": deputy.id,
                    "date_from": today + timedelta(days=days_from),
                    "date_to": today + timedelta(days=days_to),
                }
            )
        )

    def test_deputy_approves_and_both_names_are_kept(self):
        """A deputy sees and answers what waits for the absent user."""
        document = self._create_pending()
        line = self._lines(document).with_user(self.other)
        self.assertFalse(line.has_access("read"))
        self._create_deputy(self.manager, self.other)
        self.env.invalidate_all()
        self.assertTrue(line.has_access("read"))
        self.assertTrue(line.is_mine)
        self.assertIn(line, self.Line.with_user(self.other).search([("is_mine", "=", True)]))
        line.action_approve()
        self.assertEqual(document.approval_state, "approved")
        self.assertRecordValues(
            self._lines(document), [{"done_by_id": self.other.id, "done_for_id": self.manager.id}]
        )

    def test_deputy_gets_the_notice(self):
        """Who stands in today is told as well."""
        self._create_deputy(self.manager, self.other)
        self.assertEqual(self._activities(self._create_pending()).user_id, self.manager | self.other)

    def test_deputy_only_within_the_dates(self):
        """Before and after the absence a deputy has no vote."""
        document = self._create_pending()
        self._create_deputy(self.manager, self.other, 1, 5)
        self._create_deputy(self.manager, self.other, -5, -1)
        with self.assertRaises(AccessError):
            document.with_user(self.other).action_approve()

    def test_date_is_that_of_the_absent_user(self):
        """The day begins where the absent user is, whatever zone the deputy claims."""
        self.manager.tz = "Asia/Shanghai"
        deputy = self._create_deputy(self.manager, self.other)
        deputy.write({"date_from": "2026-03-03", "date_to": "2026-03-03"})
        for moment, expected in (
            ("2026-03-02 15:59:00", False),
            ("2026-03-02 16:01:00", True),
            ("2026-03-03 16:01:00", False),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                deputies = deputy.with_user(self.other).with_context(tz="Pacific/Kiritimati")
                self.assertEqual(deputies.is_current, expected)
                found = deputies.search([("is_current", "=", True), ("id", "=", deputy.id)])
                self.assertEqual(bool(found), expected)

    def test_requester_as_deputy_is_refused(self):
        """Being a deputy does not let anybody approve the own request."""
        self._create_deputy(self.manager, self.employee)
        document = self._create_pending()
        with self.assertRaises(AccessError):
            document.action_approve()
        self.assertFalse(self._lines(document).with_user(self.employee).is_mine)
        self.assertEqual(self._activities(document).user_id, self.manager)

    def test_deputy_of_somebody_who_left_has_no_vote(self):
        """An archived approver has no vote to hand on."""
        self._create_deputy(self.manager, self.other, 0, 30)
        document = self._create_pending()
        self.manager.active = False
        with self.assertRaises(AccessError):
            document.with_user(self.other).action_approve()

    def test_deputy_of_a_deputy_has_no_vote(self):
        """Standing in is not handed on."""
        self._create_deputy(self.manager, self.other)
        self._create_deputy(self.other, self.auditor)
        with self.assertRaises(AccessError):
            self._create_pending().with_user(self.auditor).action_approve()

    def test_nobody_makes_oneself_a_deputy(self):
        """Only the absent user and an administrator name a deputy, by whatever way."""
        Deputy = self.env["customer.approval.deputy"].with_user(self.other)
        dates = {"date_from": "2026-01-01", "date_to": "2036-01-01"}
        with self.assertRaises(AccessError):
            Deputy.create({**dates, "user_id": self.manager.id, "deputy_id": self.other.id})
        with self.assertRaises(AccessError):
            Deputy.with_context(default_user_id=self.manager.id).create({**dates, "deputy_id": self.other.id})
        own = Deputy.create({**dates, "deputy_id": self.auditor.id})
        self.assertEqual(own.user_id, self.other)
        with self.assertRaises(AccessError):
            own.write({"user_id": self.manager.id, "deputy_id": self.other.id})
        given = self._create_deputy(self.manager, self.other)
        for vals in ({"date_to": "2036-01-01"}, {"deputy_id": self.auditor.id}):
            with self.assertRaises(AccessError):
                given.with_user(self.other).write(vals)
        with self.assertRaises(AccessError):
            given.with_user(self.director).write({"date_to": "2036-01-01"})
        self._create_deputy(self.manager, self.auditor, by=self.admin)

    def test_access_matrix(self):
        """Users see their own, managers and auditors all, portal users none."""
        deputy = self._create_deputy(self.manager, self.other)
        for user, expected in (
            (self.manager, True), (self.other, True), (self.employee, False), (self.director, True),
            (self.auditor, True), (self.admin, True), (self.portal, False),
        ):  # fmt: skip
            with self.subTest(user=user.login):
                self.assertEqual(deputy.with_user(user).has_access("read"), expected)
                self.assertEqual(
                    deputy.with_user(user).has_access("unlink"), user in self.manager | self.admin
                )

    @mute_logger("odoo.sql_db")
    def test_bad_deputies_are_refused(self):
        """Dates in order, somebody else, internal users."""
        with self.assertRaises(IntegrityError):
            self._create_deputy(self.manager, self.other, 2, 1)
        with self.assertRaises(IntegrityError):
            self._create_deputy(self.manager, self.manager)
        with self.assertRaisesRegex(ValidationError, "internal users"):
            self._create_deputy(self.manager, self.portal)
