from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import customer_grading_run
from .grading_common import REF, GradingCommon


@tagged("post_install", "-at_install")
class TestGradingRun(GradingCommon):
    def test_grading_run_gives_results_of_all_customers(self):
        """A run has one result for each customer: score, grade, the grade before, steps and state."""
        rows = {"A": (None, 90), "B": ("B", 60), "C": ("A", 40), "D": ("C", 0)}
        buyers = {code: self._create_buyer(code, code, grade) for code, (grade, _score) in rows.items()}
        run = self._run()
        self.assertEqual(run._name, "customer.grading.run")
        self.assertEqual((run.state, run.progress, run.phase), ("review", 100, "done"))
        self.assertEqual(
            [run[name] for name in customer_grading_run.FIGURES],
            [4, 4, 0, 3, 0, 2],
            "scope, graded, ungraded, moved, up, down",
        )
        self.assertEqual((run.user_id, run.version_id), (self.supervisor, self.scheme.version_id))
        states = {"A": ("proposed", 0), "B": ("unchanged", 0), "C": ("proposed", -2), "D": ("proposed", -1)}
        for code, (before, score) in rows.items():
            state, levels = states[code]
            self.assertRecordValues(
                self._get_result(run, buyers[code]),
                [
                    {
                        "score": score,
                        "grade_id": self.grades[code].id,
                        "previous_grade_id": before and self.grades[before].id,
                        "levels": levels,
                        "state": state,
                        "date": fields.Date.today(),
                        "scheme_id": self.scheme.id,
                        "version_id": self.scheme.version_id.id,
                        "is_dry_run": False,
                    }
                ],
            )
        self.assertEqual(
            self._get_codes(self.env["res.partner"].union(*buyers.values())), [None or False, "B", "A", "C"]
        )

    def test_grading_run_writes_scores_at_once(self):
        """Score, score before and review date reach customers and contacts without approval; the grade does not."""
        buyer = self._create_buyer("B", grade="B")
        contact = self._create_customer("Contact", parent_id=buyer.id)
        self._run()
        review = fields.Date.add(fields.Date.today(), months=12)
        for partner in (buyer, contact):
            self.assertRecordValues(
                partner,
                [
                    {
                        "care_score": 60,
                        "care_previous_score": 0,
                        "care_review_date": review,
                        "care_grade_date": False,
                    }
                ],
            )
        self._buy((fields.Date.today(), 500), partner=buyer)
        run = self._run()
        for partner in (buyer, contact):
            self.assertRecordValues(
                partner, [{"care_score": 90, "care_previous_score": 60, "care_grade_id": self.grades["B"].id}]
            )
        self._approve(run)
        for partner in (buyer, contact):
            self.assertEqual(partner.care_grade_id, self.grades["A"])
            self.assertEqual(partner.care_grade_date, fields.Date.today())
            self.assertEqual(partner.care_grade_result_id, self._get_result(run, buyer))
        self.assertEqual(self._create_customer("Late", parent_id=buyer.id).care_grade_id, self.grades["A"])

    def test_grading_run_breakdown_adds_up_to_the_score(self):
        """The explanation of a result names each criterion, its part of the score and the way to the next grade."""
        recency = self.env.ref("customer_care.customer_metric_recency_days")
        linear = {
            "metric_id": recency.id,
            "weight": 25,
            "sequence": 20,
            "method": "linear",
            "low": 400,
            "high": 0,
        }
        scheme = self._create_scheme([self._prepare_criterion(weight=75), linear], sequence=0)
        buyer = self._create_buyer(500, day=fields.Date.subtract(fields.Date.today(), days=100))
        result = self._get_result(self._run(scheme=scheme), buyer)
        self.assertEqual([row["value"] for row in result.breakdown], [500, 100])
        self.assertEqual([row["points"] for row in result.breakdown], [60, 75])
        self.assertEqual([row["contribution"] for row in result.breakdown], [45, 18.75])
        self.assertEqual(result.score, 63.75)
        self.assertEqual((result.gap, result.next_grade_id), (11.25, self.grades["A"]))
        self.assertEqual(result.breakdown[0]["next"], {"value": 1000, "score": 22.5})
        self.assertIn("11.25", result.breakdown_html)
        self.assertIn(self.metric.name, result.breakdown_html)

    def test_grading_run_leaves_who_has_no_history_without_a_grade(self):
        """Whoever never bought is not graded, and never gets the lowest grade; a grade he has he keeps."""
        new, old = self._create_buyer(), self._create_buyer(grade="B")
        run = self._run()
        self.assertEqual(
            (run.count_scope, run.count_graded, run.count_ungraded, run.state), (2, 0, 2, "done")
        )
        self.assertFalse(run.proposal_ids)
        for buyer in (new, old):
            self.assertRecordValues(self._get_result(run, buyer), [{"state": "ungraded", "grade_id": False}])
        self.assertEqual(self._get_codes(new | old), [False, "B"])
        self.assertFalse(new.care_review_date)
        self.assertIn("no history", self._get_result(run, new).breakdown_html)

    def test_grading_run_again_proposes_nothing_new(self):
        """Only changes are proposed: a second run with the same figures proposes nothing and writes no customer."""
        buyers = self._create_buyer("A") | self._create_buyer("C")
        self._approve(self._run())
        self.assertEqual(self._get_codes(buyers), ["A", "C"])
        before = self._read_rows()
        run = self._run()
        self.assertEqual(self._read_rows(), before)
        self.assertEqual((run.state, run.count_changed), ("done", 0))
        self.assertFalse(run.proposal_ids)
        self.assertEqual(buyers.mapped("care_previous_score"), [0, 0])
        states = self.env["customer.grading.result"].search([("run_id", "=", run.id)]).mapped("state")
        self.assertEqual(states, ["unchanged", "unchanged"])

    def _read_rows(self):
        """Return the customers of the scheme as they are stored, with the place of each row."""
        self.env.flush_all()
        self.env.cr.execute(f"SELECT ctid::text, * FROM res_partner WHERE ref = '{REF}' ORDER BY id")
        return self.env.cr.fetchall()

    def test_grading_run_passes_over_ourselves(self):
        """Our own companies, colleagues, contacts and archived customers are not graded."""
        colleague = self.specialist.partner_id
        own = self.env["res.company"].create({"name": "Daughter"}).partner_id
        buyer = self._create_buyer("A")
        contact = self._create_customer("Contact", parent_id=buyer.id)
        archived = self._create_buyer("A")
        (colleague | own | contact).ref = REF
        for partner in (colleague, own, contact):
            self._buy(("2026-01-01", 5), partner=partner)
        archived.active = False
        run = self._run()
        results = self.env["customer.grading.result"].search([("run_id", "=", run.id)])
        self.assertEqual(results.partner_id, buyer)
        self.assertEqual(run.count_scope, 1)

    def test_grading_run_first_scheme_wins(self):
        """A customer to whom two schemes apply is graded by the first that is in force."""
        buyer = self._create_buyer("A")
        second = self._create_scheme(sequence=2)
        second.action_activate()
        self.assertEqual(self._run(scheme=second).count_scope, 1, "the first was never in force")
        self.scheme.action_activate()
        with self.assertRaisesRegex(UserError, "no customer"):
            self._run(scheme=second)
        self.assertIn("before it", str(second._check_configuration()))
        self.assertTrue(self._get_result(self._run(), buyer))
        self.scheme.active = False
        self.assertEqual(self._run(scheme=second).count_scope, 1)

    def test_grading_run_of_one_customer(self):
        """One customer is graded alone and at once, with the borders of the last whole run."""
        criterion = {"metric_id": self.metric.id, "weight": 100, "method": "quantile", "classes": 3}
        scheme = self._create_scheme([criterion], sequence=0)
        buyers = [self._create_buyer(amount) for amount in (10, 20, 30)]
        scheme.action_activate()
        partner = buyers[0].with_user(self.supervisor)
        with self.assertRaisesRegex(UserError, "all customers first"):
            partner.action_care_grade_now()
        run = self._run(scheme=scheme)
        self.assertEqual([self._get_result(run, buyer).score for buyer in buyers], [33.33, 66.67, 100])
        self._approve(run)
        self._buy(("2026-02-01", 15), partner=buyers[0])
        contact = self._create_customer("Contact", parent_id=buyers[0].id)
        action = contact.with_user(self.supervisor).action_care_grade_now()
        self.assertIn("66.67", action["params"]["message"])
        single = self.env["customer.grading.run"].search([("partner_id", "=", buyers[0].id)], limit=1)
        self.assertEqual((single.state, single.borders, single.count_scope), ("review", run.borders, 1))
        self.assertEqual(self._get_result(single, buyers[0]).grade_id, self.grades["B"])
        with self.assertRaisesRegex(UserError, "No grading scheme"):
            self.env.company.partner_id.with_user(self.supervisor).action_care_grade_now()

    def test_grading_run_is_for_supervisors(self):
        """Nobody below a supervisor starts a run, grades one customer, cancels or resumes."""
        buyer = self._create_buyer("A")
        run = self._run()
        for user in (self.specialist, self.auditor, self.employee, self.portal, self.public):
            for method in (
                self.scheme.with_user(user).action_run,
                self.scheme.with_user(user).action_dry_run,
                run.with_user(user).action_cancel,
                run.with_user(user).action_resume,
                buyer.with_user(user).action_care_grade_now,
            ):
                with self.subTest(user=user.login, method=method.__name__), self.assertRaises(AccessError):
                    method()

    def test_grading_run_large_goes_to_the_workers(self):
        """A run above the limit waits for its workers, says how far it is, and ends as a small one does."""
        buyers = [self._create_buyer(code) for code in "ABCD"]
        run = self._start()
        self.assertEqual(len(run.slice_ids), 4)
        self.assertEqual(run.progress, 0)
        self.assertTrue(run._work_once())
        self.assertEqual(run.progress, 100 // 12)
        domain = [("cron_id", "=", self.env.ref("customer_care.ir_cron_grading_2").id)]
        before = self.env["ir.cron.trigger"].search_count(domain)
        self._work(run, "grading")
        after = self.env["ir.cron.trigger"].search_count(domain)
        self.assertEqual(after, before + 1, "for the next phase all workers are called again")
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1)
        self.env["customer.grading.run"]._cron_work()
        self.assertEqual((run.state, run.progress, run.count_graded), ("review", 100, 4))
        self.assertEqual([self._get_result(run, buyer).grade_id.code for buyer in buyers], list("ABCD"))
        self.env.cr.execute("SELECT count(*) FROM customer_grading_value WHERE run_id = %s", [run.id])
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_grading_run_worker_stops_when_its_time_is_up(self):
        """A worker ends after the slice in which its time ran out; the next one goes on."""
        self._create_buyer("A"), self._create_buyer("B")
        run = self._start()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 0)
        self.env["customer.grading.run"]._cron_work()
        self.assertEqual(sorted(run.slice_ids.mapped("phase")), ["grading", "values"])

    def test_grading_run_due_runs_start_by_themselves(self):
        """A due scheme runs and sets its next day; one that cannot says why in its chatter and stops no other."""
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1)
        self.env["customer.grading.scheme"].search([]).date_next_run = False
        empty = self._create_scheme(scope="[('ref', '=', 'nobody')]", sequence=0)
        later = self._create_scheme(scope="[('ref', '=', 'later')]", sequence=0)
        buyer = self._create_buyer("A")
        today = fields.Date.today()
        (empty | self.scheme).write({"run_interval_months": 3, "date_next_run": today})
        later.write({"run_interval_months": 3, "date_next_run": fields.Date.add(today, days=1)})
        self.env["customer.grading.scheme"]._cron_run()
        self.assertEqual(
            (empty | self.scheme).mapped("date_next_run"), [fields.Date.add(today, months=3)] * 2
        )
        self.assertTrue(self._get_result(self.scheme.run_ids, buyer))
        self.assertIn("no customer", str(empty.message_ids[0].body))
        self.assertFalse(later.run_ids | empty.run_ids)

    def test_grading_run_day_of_the_month_does_not_drift(self):
        """A scheme of the 31st comes back to it after a shorter month, however late the job got to it."""
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1)
        self.env["customer.grading.scheme"].search([]).date_next_run = False
        self.env.company.partner_id.tz = "Asia/Shanghai"
        self.scheme.write({"run_interval_months": 1, "date_next_run": "2026-01-31"})
        days = []
        # the 31st begins in Shanghai at 16:00 of the day before
        for moment in ("2026-01-30 15:00", "2026-01-30 17:00", "2026-03-02 00:00", "2026-06-05 00:00"):
            with freeze_time(moment):
                self.env["customer.grading.scheme"]._cron_run()
            days.append(str(self.scheme.date_next_run))
        self.assertEqual(days, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-06-30"])
        self.scheme.date_next_run = "2026-06-15"
        self.assertEqual(self.scheme.run_day, 15)

    def test_grading_run_review_date(self):
        """A review date in the future stays, a past one is moved on; without months there is none."""
        today = fields.Date.today()
        due, open_ = self._create_buyer("B", grade="B"), self._create_buyer("B", grade="B")
        due.sudo().care_review_date = fields.Date.subtract(today, days=1)
        future = open_.sudo().care_review_date = fields.Date.add(today, days=40)
        self._run()
        self.assertEqual(
            (due.care_review_date, open_.care_review_date), (fields.Date.add(today, months=12), future)
        )
        due.sudo().care_review_date = today
        self.scheme.review_months = 0
        self.scheme.action_activate()
        self._run()
        self.assertEqual((due.care_review_date, open_.care_review_date), (False, future))

    def test_grading_run_queries_do_not_grow_with_customers(self):
        """A run of 200 customers takes as many queries as one of 10."""
        counts = []
        for number in (10, 200):
            partners = self.env["res.partner"].create(
                [{"name": f"Buyer {n}", "ref": f"COUNT {number}"} for n in range(number)]
            )
            self.env["customer.transaction"].create(
                [
                    {"partner_id": p.id, "date": date(2026, 1, 1), "amount": 10 * n}
                    for n, p in enumerate(partners)
                ]
            )
            scheme = self._create_scheme(scope=f"[('ref', '=', 'COUNT {number}')]", sequence=0)
            scheme.action_activate()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with patch.object(type(self.env["customer.grading.proposal"]), "_try_request", lambda self: None):
                run = scheme.with_user(self.supervisor).action_run()
                self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(run.count_scope, number)
            self.assertEqual(len(run.slice_ids), 1)
        self.assertLessEqual(counts[1], counts[0] + 1, counts)
