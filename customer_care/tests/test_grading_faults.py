from datetime import timedelta
from unittest.mock import patch

import psycopg2
from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import customer_grading_engine
from .grading_common import REF, GradingCommon

LOGGER = "odoo.addons.customer_care.models.customer_grading_engine"


@tagged("post_install", "-at_install")
class TestGradingPhases(GradingCommon):
    """What happens to customers and rules while a run is under way."""

    def _get_rows(self, run):
        self.env.cr.execute("SELECT count(*) FROM customer_grading_value WHERE run_id = %s", [run.id])
        return self.env.cr.fetchone()[0]

    def _delete(self, partner):
        self.env["customer.transaction"].search([("partner_id", "=", partner.id)]).unlink()
        partner.unlink()

    def test_grading_customer_deleted_between_phases(self):
        """A customer deleted between any two phases leaves no row; the others are graded."""
        for phase in ("values", "grading", "finish"):
            buyers = [self._create_buyer("A", grade="B"), self._create_buyer("C", grade="B")]
            run = self._start()
            if phase == "values":
                run._work_once()
            else:
                self._work(run, phase)
            self._delete(buyers[0])
            self._work(run)
            results = self.env["customer.grading.result"].search([("run_id", "=", run.id)])
            self.assertEqual(results.partner_id, buyers[1], phase)
            self.assertEqual(
                (run.state, run.proposal_ids.count, run.proposal_ids.kind), ("review", 1, "step")
            )
            self._delete(buyers[1])

    def test_grading_customer_deleted_with_an_open_proposal(self):
        """A proposal of whose customers none is left is closed, the run is done."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run()
        proposal = run.proposal_ids
        self._delete(buyer)
        self.assertEqual((proposal.approval_state, run.state), ("draft", "done"))
        self.assertFalse(proposal.activity_ids)
        self.assertIn("deleted or merged", str(proposal.message_ids[0].body))
        run._compute_matrix()

    def test_grading_customer_archived_or_made_a_contact_between_phases(self):
        """Whoever is no customer any more when grades are made gets none."""
        archived, moved, left = (self._create_buyer("A") for _n in range(3))
        run = self._start()
        self._work(run, "grading")
        archived.active = False
        moved.write({"is_company": False, "parent_id": left.id})
        self._work(run)
        results = self.env["customer.grading.result"].search([("run_id", "=", run.id)])
        self.assertEqual(results.partner_id, left)
        self.assertEqual((run.count_scope, run.count_graded), (3, 1))

    def test_grading_customer_merged_between_phases(self):
        """Merging during a run grades the one that stays once."""
        for phase in ("grading", "finish"):
            kept, double = self._create_buyer("C"), self._create_buyer("A")
            run = self._start()
            self._work(run, phase)
            self.env["base.partner.merge.automatic.wizard"]._merge((kept | double).ids, kept)
            self._work(run)
            results = self.env["customer.grading.result"].search([("run_id", "=", run.id)])
            self.assertEqual((results.partner_id, results.grade_id), (kept, self.grades["C"]), phase)
            self._delete(kept)

    def test_grading_customer_bought_between_phases(self):
        """A run sees the figures of the moment at which it collected them; these explain all its results."""
        buyer = self._create_buyer("C")
        run = self._start()
        self._work(run, "grading")
        self._buy((fields.Date.today(), 5000), partner=buyer)
        self._work(run)
        self.assertEqual(self._get_result(run, buyer).breakdown[0]["value"], 100)

    def test_grading_scheme_edited_during_a_run(self):
        """A run keeps the rules with which it began, also when a new version is put in force."""
        buyer = self._create_buyer("C")
        run = self._start()
        run._work_once()
        self.scheme.write({"scope": "[('ref', '=', 'other')]", "threshold_ids": [Command.clear()]})
        self.scheme.threshold_ids = [Command.create({"grade_id": self.grades["D"].id, "min_score": 0})]
        self.scheme.action_activate()
        self._work(run)
        self.assertEqual(self._get_result(run, buyer).grade_id, self.grades["C"])
        self.assertEqual(run.version_id.number, 1)

    def test_grading_company_of_the_working_copy_does_not_count(self):
        """A run belongs to the company that its version names, whatever the working copy says by now."""
        other = self._create_company("Elsewhere", self.currency)
        scheme = self._create_scheme(company_id=self.company.id, sequence=0)
        buyer = self._create_buyer("C")
        scheme.action_activate()
        scheme.company_id = other
        run = self._run(scheme=scheme, user=self.env.user)
        self.assertEqual(
            (run.company_id, self._get_result(run, buyer).company_id), (self.company, self.company)
        )

    def test_grading_two_runs_of_a_scheme_at_once(self):
        """A scheme is run once at a time, dry runs included; cancelling makes way."""
        self._create_buyer("C")
        run = self._start()
        for method in ("action_run", "action_dry_run"):
            with self.assertRaisesRegex(UserError, "under way, started by Supervisor"):
                getattr(self.scheme.with_user(self.supervisor), method)()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            run.copy({"state": "values"})
        run.with_user(self.supervisor).action_cancel()
        self.assertEqual(self._run().state, "review")

    def test_grading_run_cancelled_leaves_nothing(self):
        """A cancelled run leaves no figures and no results, and no customer names one of them."""
        for phase in ("values", "grading", "finish"):
            buyers = [self._create_buyer("C", grade="C"), self._create_buyer("C", grade="C")]
            run = self._start()
            self._work(run, phase)
            run._work_once()
            run.with_user(self.supervisor).action_cancel()
            self.assertEqual((run.state, self._get_rows(run), run._work_once()), ("cancelled", 0, False))
            self.assertFalse(self.env["customer.grading.result"].search([("run_id", "=", run.id)]), phase)
            self.assertFalse(any(buyer.care_grade_result_id for buyer in buyers), phase)
            with self.assertRaisesRegex(UserError, "ended already"):
                run.with_user(self.supervisor).action_cancel()
            for buyer in buyers:
                self._delete(buyer)

    def test_grading_conflict_with_another_transaction_is_tried_again(self):
        """A worker that another transaction outran goes on with the next step instead of waiting for the next call."""
        buyer = self._create_buyer("C")
        run = self._start()
        original, failures = type(run)._work_slice, iter([psycopg2.errors.SerializationFailure("outrun")])

        def work(self):
            for failure in failures:
                raise failure
            return original(self)

        with patch.object(type(run), "_work_slice", work), patch.object(self.env.cr, "rollback") as rollback:
            self._work(run)
        rollback.assert_called_once()
        self.assertTrue(self._get_result(run, buyer))

    @mute_logger(LOGGER)
    def test_grading_run_failed_is_resumed(self):
        """A failed run says why, keeps what was done, and goes on from there; not once the scheme was run again."""
        buyers = [self._create_buyer("C"), self._create_buyer("A")]
        run = self._start()
        self._work(run, "grading")
        with (
            patch.object(type(run), "_write_results", side_effect=UserError("Out of order")),
            patch.object(self.env.cr, "rollback"),
        ):
            self.assertFalse(run._work_once())
        self.assertEqual((run.state, run.error), ("failed", "Out of order"))
        self.assertFalse(run._work_once())
        # A trial, or one customer alone, is no run of the scheme.
        self.scheme.with_user(self.supervisor).action_dry_run()
        buyers[0].with_user(self.supervisor).action_care_grade_now()
        run.with_user(self.supervisor).action_resume()
        self.assertEqual((run.state, run.count_graded, run.error), ("review", 2, False))
        with self.assertRaisesRegex(UserError, "Only failed"):
            run.with_user(self.supervisor).action_resume()
        run.write({"state": "failed"})
        self._run()
        with self.assertRaisesRegex(UserError, "run again since"):
            run.with_user(self.supervisor).action_resume()

    @mute_logger(LOGGER)
    def test_grading_run_cancelled_meanwhile_does_not_fail(self):
        """A worker whose run was cancelled under its hands leaves it cancelled, whatever error it ends with."""
        self._create_buyer("C")
        run = self._start()

        def fail(self):
            run.write({"state": "cancelled"})
            raise ValueError(f"Too late: {self}")

        with patch.object(type(run), "_work_slice", fail), patch.object(self.env.cr, "rollback"):
            self.assertFalse(run._work_once())
        self.assertEqual((run.state, run.error), ("cancelled", False))


@tagged("post_install", "-at_install")
class TestGradingFigures(GradingCommon):
    """What figures a run works with."""

    def _get_grade(self, buyer, run=None):
        return self._get_result(run or self._run(), buyer).grade_id.code

    def test_grading_nobody_in_scope(self):
        """A scheme without customers does not run and leaves no run behind."""
        self.scheme.action_activate()
        before = self.env["customer.grading.run"].search_count([])
        for method in ("action_run", "action_dry_run"):
            with self.assertRaisesRegex(UserError, "no customer to grade"):
                getattr(self.scheme.with_user(self.supervisor), method)()
        self.assertEqual(self.env["customer.grading.run"].search_count([]), before)

    def test_grading_refunds_lower_the_amount(self):
        """Refunds are taken off; an amount below zero gets the lowest grade, refunds alone are no history."""
        returned, negative, never = self._create_buyer("A"), self._create_buyer("C"), self._create_buyer(-10)
        self._buy(("2026-02-01", -600), partner=returned)
        self._buy(("2026-02-01", -600), partner=negative)
        run = self._run()
        self.assertEqual(
            [self._get_grade(buyer, run) for buyer in (returned, negative, never)], ["C", "D", False]
        )
        self.assertEqual(self._get_result(run, negative).breakdown[0]["value"], -500)

    def test_grading_purchases_after_the_day_do_not_count(self):
        """A run knows what was known at the end of its day."""
        today = fields.Date.today()
        buyer, future = (
            self._create_buyer("C", day=today),
            self._create_buyer("A", day=today + timedelta(days=1)),
        )
        self._buy((today + timedelta(days=1), 5000), partner=buyer)
        run = self._run()
        self.assertEqual([self._get_grade(one, run) for one in (buyer, future)], ["C", False])

    def test_grading_purchases_of_contacts_count_for_their_company(self):
        """What a contact buys is its company's, and the contact has no result of its own."""
        buyer = self._create_buyer("C")
        contact = self._create_customer("Contact", parent_id=buyer.id, ref=REF)
        self._buy(("2026-02-01", 900), partner=contact)
        run = self._run()
        self.assertEqual(self._get_grade(buyer, run), "A")
        self.assertFalse(self._get_result(run, contact))

    @mute_logger(LOGGER)
    def test_grading_without_a_rate_fails_with_a_sentence(self):
        """Amounts that cannot be converted make the run fail, naming both currencies; nobody is graded."""
        scheme = self._create_scheme(currency_id=self.foreign.id, sequence=0)
        buyer = self._create_buyer("C")
        self.env["res.currency.rate"].search(
            [("currency_id", "in", (self.foreign + self.currency).ids)]
        ).unlink()
        with self.assertRaisesRegex(UserError, "XTA.*no rate"):
            scheme.action_activate()
        rate = self._set_rate(self.foreign, "2020-01-01", 10)
        scheme.action_activate()
        rate.unlink()
        run = scheme.with_user(self.supervisor).action_run()
        self.assertEqual(run.state, "failed")
        self.assertIn("XTA", run.error)
        self.assertFalse(self._get_result(run, buyer))
        self._set_rate(self.foreign, "2020-01-01", 10)
        run.with_user(self.supervisor).action_resume()
        self.assertEqual(
            self._get_result(run, buyer).breakdown[0]["value"], 1000, "in the currency of the scheme"
        )
        self.assertEqual(self._get_result(run, buyer).grade_id, self.grades["A"])

    @mute_logger(LOGGER)
    def test_grading_metric_without_its_addon_fails_with_a_sentence(self):
        """A metric whose figure no addon computes any more is named; the customers keep what they have."""
        buyer = self._create_buyer("C", grade="B")
        self.scheme.action_activate()
        self.env.cr.execute(
            "UPDATE customer_grading_version SET spec = jsonb_set(spec, '{criteria,0,provider}', '\"gone\"')"
            " WHERE scheme_id = %s",
            [self.scheme.id],
        )
        self.env.invalidate_all()
        run = self.scheme.with_user(self.supervisor).action_run()
        self.assertEqual((run.state, run.error), ("failed", "The metric amount 0 is not available any more."))
        self.assertEqual(self._get_codes(buyer), ["B"])

    def test_grading_classes_of_few_and_equal_customers(self):
        """With fewer customers than classes, and when all are equal, everybody is graded and ties share a class."""
        criterion = {"metric_id": self.metric.id, "weight": 100, "method": "quantile", "classes": 5}
        scheme = self._create_scheme([criterion], sequence=0)
        one = self._create_buyer(7)
        self.assertEqual(self._get_result(self._run(scheme=scheme), one).score, 100)
        equal = [self._create_buyer(7) for _n in range(4)]
        run = self._run(scheme=scheme)
        self.assertEqual({self._get_result(run, buyer).score for buyer in (one, *equal)}, {100})
        self.assertEqual(run.borders, [[7, 7, 7, 7]])
        unknown = self._create_scheme(
            [{**criterion, "metric_id": self._create_metric("growth", 1).id}], sequence=0
        )
        self.scheme.active = scheme.active = False
        run = self._run(scheme=unknown)
        self.assertEqual((run.count_ungraded, run.borders), (5, [[]]))

    def test_grading_slices_do_not_change_the_result(self):
        """Slices of one customer give the same borders, scores and grades as one slice for all."""
        rows = [
            {"metric_id": self.metric.id, "weight": 60, "method": "quantile", "classes": 3},
            self._prepare_criterion(self._create_metric("purchases"), weight=40, missing="leave_out"),
        ]
        scheme = self.scheme = self._create_scheme(rows, sequence=0)
        for amount in (3, 800, 20, 20, 5, None, 1e6):
            self._create_buyer(amount)
        Result = self.env["customer.grading.result"]
        found = []
        for size in (1, 3, 100):
            run = self._start(size)
            self.assertEqual(len(run.slice_ids), -(-7 // size))
            self._work(run)
            results = Result.search([("run_id", "=", run.id)], order="partner_id")
            values = results._get_metric_values()
            found.append(
                [
                    run.borders,
                    [(row.partner_id.id, row.score, row.grade_id.id, values[row.id]) for row in results],
                ]
            )
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0], found[2])
        self.assertEqual(scheme.run_count, 3)
        self.assertTrue(customer_grading_engine.SLICE > 100)
