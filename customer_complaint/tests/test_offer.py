from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common_solution import SolutionCommon


@tagged("post_install", "-at_install")
class TestOffer(SolutionCommon):
    def _propose(self, complaint=None):
        (complaint or self.complaint).with_user(self.handler).action_propose_solution()
        return (complaint or self.complaint).compensation_ids

    def test_first_row_of_a_kind_counts(self):
        """Of each kind the first row that fits, with the amount from the claim, limited, and why in words."""
        self.complaint.write({"claimed_amount": 1000})
        self._create_offer(sequence=1, severity="major", basis="fixed", amount=9)
        first = self._create_offer(
            sequence=2, severity="general", basis="percent", percent=50, amount_limit=300, note="Good will"
        )
        self._create_offer(sequence=3, basis="fixed", amount=7, note="Later row")
        self._create_offer(sequence=4, kind=False, measure="Call back", measure_days=1)
        offers = self._propose()
        self.assertRecordValues(
            offers,
            [
                {
                    "kind": "refund",
                    "amount": 300,
                    "offer_id": first.id,
                    "note": "Good will",
                    "state": "proposed",
                }
            ],
        )
        plan = self.complaint.plan_id
        self.assertEqual(plan.measure_ids.name, "Call back")
        for text in ("Good will", "Call back", "at most", "General"):
            self.assertIn(text, plan.explanation)
        self.assertNotIn("Later row", plan.explanation)

    def test_grade_and_claim(self):
        """Grade of the customer and limits of the claim decide; the upper limit is included."""
        grade = self.env.ref("customer_care.customer_grade_a")
        self._create_offer(sequence=1, grade_id=grade.id, basis="fixed", amount=1)
        self._create_offer(sequence=2, claim_from=100, claim_to=200, basis="fixed", amount=2)
        self._create_offer(sequence=3, claim_from=200, basis="fixed", amount=3)
        for claim, amount in ((200, 2), (200.01, 3)):
            complaint = self._create_complaint(user_id=self.handler.id, claimed_amount=claim)
            self.assertEqual(self._propose(complaint).amount, amount)
        self.customer.sudo()._write({"care_grade_id": grade.id})
        self.customer.invalidate_recordset()
        self.assertEqual(self._propose(self._create_complaint(user_id=self.handler.id)).amount, 1)

    def test_nothing_fits(self):
        """Without a fitting row the reason is said with the facts; an archived row does not count."""
        self._create_offer(severity="major", basis="fixed", amount=1)
        self._create_offer(basis="fixed", amount=1, active=False)
        with self.assertRaisesRegex(UserError, "No row.*General"):
            self._propose()

    def test_share_without_claim_proposes_nothing(self):
        """A share of nothing is no compensation."""
        self._create_offer(basis="percent", percent=10)
        with self.assertRaisesRegex(UserError, "there already"):
            self._propose()
        self.assertFalse(self.complaint.plan_ids)

    def test_twice_adds_nothing(self):
        """Pressed again nothing is doubled; what was cancelled may come again; two at once cannot."""
        row = self._create_offer(basis="fixed", amount=5, measure="Call")
        offer = self._propose()
        with self.assertRaisesRegex(UserError, "there already"):
            self._propose()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            offer.sudo().copy({"offer_id": row.id}).flush_recordset()
        offer.action_cancel()
        self._propose()
        self.assertEqual(sorted(self.complaint.compensation_ids.mapped("state")), ["cancelled", "proposed"])
        self.assertEqual(len(self.complaint.plan_id.measure_ids), 1)

    def test_approved_plan_is_not_filled(self):
        """What is approved changes by a new version only."""
        self._create_offer(basis="fixed", amount=5)
        self._create_plan().action_request_approval()
        with self.assertRaisesRegex(UserError, "new version"):
            self._propose()

    def test_claim_without_rate(self):
        """A claim in a currency without rate is refused with the reason."""
        currency = self.env["res.currency"].create({"name": "XNR", "symbol": "x"})
        self.complaint.write({"claimed_amount": 10, "claimed_currency_id": currency.id})
        self._create_offer(basis="percent", percent=10)
        with self.assertRaisesRegex(UserError, "has no rate"):
            self._propose()

    def test_rights(self):
        """Administrators edit the matrix; who only reads a complaint proposes nothing."""
        row = self._create_offer(basis="fixed", amount=5)
        with self.assertRaises(AccessError):
            row.with_user(self.supervisor).amount = 6
        row.with_user(self.manager).amount = 6
        for user in (self.other_handler, self.director, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.complaint.with_user(user).action_propose_solution()

    def test_bad_rows(self):
        """Negative amounts, limits upside down and rows that propose nothing are refused."""
        for vals in (
            {"amount": -1},
            {"percent": float("nan")},
            {"claim_from": 10, "claim_to": 5},
            {"measure_days": -1},
            {"kind": False},
            {"kind": False, "measure": "  "},
        ):
            with self.subTest(vals=vals):
                self._assert_refused(lambda vals=vals: self._create_offer(**vals))

    def test_two_companies(self):
        """Rows of another company do not count."""
        company = self.env["res.company"].create({"name": "Other"})
        self._create_offer(company_id=company.id, basis="fixed", amount=5)
        with self.assertRaisesRegex(UserError, "No row"):
            self._propose()
