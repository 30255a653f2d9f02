from datetime import date

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_solution import SolutionCommon


@tagged("post_install", "-at_install")
class TestBudget(SolutionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.care_compensation_budget = "warn"
        cls.budget = cls._create_budget(1000)

    @classmethod
    def _create_budget(cls, amount, **vals):
        return cls.env["customer.complaint.budget"].create(
            {"year": cls.env.company._care_get_day().year, "team_id": cls.team.id, "amount": amount, **vals}
        )

    def _offer(self, amount, **vals):
        return self._create_compensation(self.complaint, amount, **vals).with_user(self.handler)

    def _execute(self, amount, **vals):
        offer = self._offer(amount, **vals)
        offer.action_request_approval()
        offer.action_execute()
        return offer

    def test_figures(self):
        """Executed is used, approved is committed, pending is requested, drafts and cancelled count nothing."""
        self._execute(100)
        self._offer(200).action_request_approval()
        self._offer(1500).action_request_approval()
        self._offer(7)
        self._offer(8).action_cancel()
        self._execute(50, bearer="insurer", bearer_partner_id=self.customer.id)
        self.env.invalidate_all()
        self.assertRecordValues(
            self.budget,
            [
                {
                    "used_amount": 100,
                    "committed_amount": 200,
                    "pending_amount": 1500,
                    "left_amount": 700,
                    "used_percent": 30,
                    "is_exceeded": False,
                }
            ],
        )

    def test_scope(self):
        """Team, kind, year and company say what counts."""
        other_team = self._create_team(name="Other")
        budgets = {
            "all": self._create_budget(1, team_id=False),
            "gifts": self._create_budget(1, kind="gift"),
            "other": self._create_budget(1, team_id=other_team.id),
            "last": self._create_budget(1, year=self.env.company._care_get_day().year - 1),
        }
        self._execute(10, kind="gift")
        self._execute(20)
        self.env.invalidate_all()
        used = {name: budget.used_amount for name, budget in budgets.items()}
        self.assertEqual(used["gifts"], 10)
        self.assertGreaterEqual(used["all"], 30)
        self.assertEqual((used["other"], used["last"]), (0, 0))

    def test_warning(self):
        """Who proposes more than is left reads it, and may go on when the setting only warns."""
        offer = self._offer(1000)
        self.assertFalse(offer.budget_warning)
        more = self._offer(1000.5)
        self.assertIn("exceeded", more.budget_warning)
        self.assertFalse(more.needs_director)
        self.company.care_compensation_budget = "none"
        self.env.invalidate_all()
        self.assertFalse(more.budget_warning)

    def test_director_is_asked(self):
        """By the setting a director decides on what exceeds the budget, after the others."""
        self.company.care_compensation_budget = "director"
        offer = self._offer(1001)
        self.assertTrue(offer.needs_director)
        offer.action_request_approval()
        offer.with_user(self.manager).action_approve()
        self.assertEqual(offer.approval_state, "pending")
        offer.with_user(self.director).action_approve()
        self.assertEqual(offer.approval_state, "approved")
        offer.action_execute()
        self.assertEqual(self.budget.approval_count, 1)

    def test_budget_used_up_meanwhile(self):
        """What was requested in time is not approved any more when others used the budget up."""
        self.company.care_compensation_budget = "director"
        first = self._offer(600)
        second = self._offer(600)
        rule = self.env.ref("customer_complaint.customer_approval_rule_compensation_manager")
        rule.amount_from = 500
        (first | second).action_request_approval()
        first.with_user(self.manager).action_approve()
        with self.assertRaisesRegex(UserError, "only a director"), self.env.cr.savepoint():
            second.with_user(self.manager).action_approve()
        self.assertEqual(second.approval_state, "pending")
        second.action_cancel_approval()
        second.action_request_approval()
        second.with_user(self.manager).action_approve()
        second.with_user(self.director).action_approve()
        self.assertEqual(second.approval_state, "approved")

    def test_two_at_once_do_not_slip_through(self):
        """Two small ones in one request count each other."""
        self.company.care_compensation_budget = "director"
        both = self._offer(600) | self._offer(600)
        with self.assertRaisesRegex(UserError, "only a director"):
            both.action_request_approval()

    def test_approved_stays_when_budget_is_used_up(self):
        """What was approved within the budget stays approved and is executed, whatever follows."""
        self.company.care_compensation_budget = "director"
        offer = self._offer(900)
        offer.action_request_approval()
        self.budget.amount = 1
        self.env.invalidate_all()
        offer.action_execute()
        self.assertEqual((offer.state, offer.approval_state), ("executed", "approved"))

    def test_bad_input(self):
        """No year, negative amounts, the same budget twice and another company's team are refused."""
        year = self.env.company._care_get_day().year
        for vals in (
            {"amount": -1, "kind": "gift"},
            {"amount": float("nan"), "kind": "gift"},
            {"year": 26},
            {"year": year},
        ):
            with self.subTest(vals=vals):
                self._assert_refused(lambda vals=vals: self._create_budget(**{"amount": 1, **vals}))
        company = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            self._create_budget(5, company_id=company.id)

    def test_rights(self):
        """Managers and directors set budgets, handlers read them, nobody sets what the program counts."""
        with self.assertRaises(AccessError):
            self.budget.with_user(self.supervisor).amount = 5
        with self.assertRaises(AccessError):
            self.budget.with_user(self.manager).approval_count = 5
        self.budget.with_user(self.director).amount = 6
        self.assertEqual(self.budget.with_user(self.auditor).amount, 6)
        self.assertFalse(self.budget.with_user(self.employee).has_access("read"))


@tagged("post_install", "-at_install")
class TestCompensationCost(SolutionCommon):
    def test_amount_in_company_currency(self):
        """At the rate of the day on which the amount was set; later rates change nothing until it is set again."""
        currency = self.env["res.currency"].create({"name": "XTT", "symbol": "x"})
        rate = self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 10, "name": "2020-01-01", "company_id": self.env.company.id}
        )
        offer = self._create_compensation(self.complaint, 50000, currency_id=currency.id)
        self.assertRecordValues(
            offer, [{"amount_company": 5000, "amount_date": self.env.company._care_get_day()}]
        )
        rate.rate = 100
        offer.note = "x"
        self.assertEqual(offer.amount_company, 5000)
        offer.with_user(self.handler).action_request_approval()
        self.assertEqual(offer.approval_state, "pending", "the amount in company currency asks the manager")
        self.assertEqual(offer.sudo().approval_line_ids.amount, 5000)

    def test_year_of_the_amount_is_the_company_s(self):
        """On new year's morning the new budget is used, though Greenwich has the old year."""
        budgets = self.env["customer.complaint.budget"].create(
            [{"year": year, "amount": 100, "company_id": self.env.company.id} for year in (2031, 2032)]
        )
        self.env.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2031-12-31 16:30:00"):
            offer = self._create_compensation(self.complaint, 30)
        self.assertEqual(offer.amount_date, date(2032, 1, 1))
        self.env.company.partner_id.tz = "America/New_York"
        with freeze_time("2032-01-01 04:30:00"):
            offer = self._create_compensation(self.complaint, 20)
        self.assertEqual(offer.amount_date, date(2031, 12, 31))
        (self.complaint.compensation_ids - offer).sudo().state = "executed"
        offer.sudo().state = "executed"
        self.assertEqual(budgets.mapped("used_amount"), [20, 30])

    def test_amount_of_earlier_times(self):
        """What was there before the amount in company currency gets that of the day on which it was made."""
        offer = self._create_compensation(self.complaint, 70)
        offer.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_complaint_compensation SET amount_date = NULL, amount_company = NULL,"
            " create_date = '2025-05-06 10:00:00' WHERE id = %s",
            [offer.id],
        )
        offer.invalidate_recordset()
        for name in ("amount_company", "amount_date"):
            self.env.add_to_compute(offer._fields[name], offer)
        self.assertRecordValues(
            offer, [{"amount_company": 70, "amount_date": fields.Date.to_date("2025-05-06")}]
        )

    def test_currency_without_rate(self):
        """An amount that nobody can judge is refused when it is proposed."""
        currency = self.env["res.currency"].create({"name": "XNR", "symbol": "x"})
        with self.assertRaisesRegex(UserError, "has no rate"):
            self._create_compensation(self.complaint, 5, currency_id=currency.id)

    def test_forged_amount(self):
        """The amount in company currency cannot be given, also not by the context."""
        Offer = self.env["customer.complaint.compensation"].with_user(self.handler)
        vals = {"complaint_id": self.complaint.id, "kind": "refund", "amount": 5000}
        for name, value in (("amount_company", 1), ("amount_date", "2020-01-01"), ("offer_id", False)):
            with self.subTest(name=name), self.assertRaises(AccessError):
                Offer.create({**vals, name: value})
        offer = Offer.with_context(default_amount_company=1, default_amount_date="2020-01-01").create(vals)
        self.assertRecordValues(
            offer, [{"amount_company": 5000, "amount_date": self.env.company._care_get_day()}]
        )
        with self.assertRaises(AccessError):
            offer.amount_company = 1
        offer.action_request_approval()
        self.assertEqual(offer.approval_state, "pending")

    def test_amounts_are_numbers(self):
        """Nothing endless and nothing that is no number."""
        for amount in (float("nan"), float("inf"), 10**12):
            with self.subTest(amount=amount):
                self._assert_refused(lambda amount=amount: self._create_compensation(self.complaint, amount))

    def test_bearer(self):
        """Who bears the cost is named, and only a manager changes it once approval was requested."""
        with self.assertRaisesRegex(ValidationError, "by name"):
            self._create_compensation(self.complaint, 5, bearer="supplier")
        with self.assertRaisesRegex(ValidationError, "by name"):
            self._create_compensation(self.complaint, 5, bearer="employee")
        offer = self._create_compensation(self.complaint, 5).with_user(self.handler)
        offer.write({"bearer": "supplier", "bearer_partner_id": self.customer.id})
        offer.action_request_approval()
        with self.assertRaisesRegex(UserError, "Only a manager"):
            offer.bearer = "company"
        offer.with_user(self.manager).bearer = "company"
        self.assertEqual(offer.approval_state, "approved")

    def test_voucher(self):
        """A voucher is a kind of compensation."""
        self.assertEqual(self._create_compensation(self.complaint, 5, kind="voucher").kind, "voucher")
