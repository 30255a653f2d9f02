from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..models import customer_grading_scheme
from .grading_common import BANDS, REF, GradingCommon


@tagged("post_install", "-at_install")
class TestGradingDryRun(GradingCommon):
    def test_grading_dry_run_shows_and_changes_nothing(self):
        """A dry run of the edited working copy says who would move; customers, proposals and version stay."""
        buyer = self._create_buyer("B", grade="B")
        first = self._run()
        version = self.scheme.version_id
        before = buyer.read(
            ["care_grade_id", "care_score", "care_previous_score", "care_review_date", "write_date"]
        )
        self.scheme.threshold_ids.filtered(lambda row: row.grade_id == self.grades["A"]).min_score = 60
        self.assertTrue(self.scheme.is_changed)
        dry = self.scheme.with_user(self.supervisor).action_dry_run().sudo()
        self.assertEqual((dry.state, dry.count_changed, dry.count_up, dry.is_dry_run), ("done", 1, 1, True))
        self.assertRecordValues(
            self._get_result(dry, buyer),
            [{"state": "simulated", "grade_id": self.grades["A"].id, "levels": 1, "version_id": False}],
        )
        self.env.invalidate_all()
        self.assertEqual(buyer.read(list(before[0])), before)
        self.assertFalse(dry.proposal_ids)
        self.assertEqual((self.scheme.version_id, first.state), (version, "done"))
        self.assertEqual(
            self._get_result(self._run(), buyer).state, "unchanged", "the version in force counts"
        )

    def test_grading_dry_run_is_put_in_force(self):
        """An administrator puts the rules of a dry run in force; nobody else, and not once they were edited again."""
        buyer = self._create_buyer("B", grade="B")
        self._run()
        threshold = self.scheme.threshold_ids.filtered(lambda row: row.grade_id == self.grades["A"])
        threshold.min_score = 60
        dry = self.scheme.with_user(self.supervisor).action_dry_run()
        for user in (self.specialist, self.supervisor, self.director, self.auditor, self.portal):
            with self.assertRaises(AccessError):
                dry.with_user(user).action_activate()
        threshold.min_score = 59
        with self.assertRaisesRegex(UserError, "edited since"):
            dry.with_user(self.admin).action_activate()
        threshold.min_score = 60
        dry.with_user(self.admin).action_activate()
        self.assertEqual(self.scheme.version_id.number, 2)
        self.assertEqual(self.scheme.version_ids.mapped("state"), ["active", "superseded"])
        self.assertEqual(self.scheme.version_id.user_id, self.admin)
        self.assertEqual(self._get_result(self._run(), buyer).state, "proposed")
        with self.assertRaisesRegex(UserError, "Nothing has changed"):
            self.scheme.with_user(self.admin).action_activate()
        with self.assertRaisesRegex(UserError, "Only the rules of a dry run"):
            self.scheme.run_ids[0].with_user(self.admin).action_activate()

    def test_grading_discard_restores_the_version_in_force(self):
        """Discarding makes the working copy what is in force, with all criteria, bands and thresholds."""
        with self.assertRaisesRegex(UserError, "never in force"):
            self.scheme.action_discard()
        other = self._create_metric("purchases")
        rows = [
            self._prepare_criterion(weight=60, missing="fixed", missing_points=12.5),
            {
                "metric_id": other.id,
                "weight": 40,
                "sequence": 20,
                "method": "quantile",
                "classes": 4,
                "scale": "zero",
            },
        ]
        scheme = self._create_scheme(rows)
        scheme.action_activate()
        spec = scheme.version_id.spec
        scheme.write(
            {
                "scope": "[]",
                "review_months": 1,
                "criterion_ids": [
                    Command.delete(scheme.criterion_ids[1].id),
                    Command.update(scheme.criterion_ids[0].id, {"weight": 1}),
                ],
                "threshold_ids": [Command.clear()],
            }
        )
        self.assertTrue(scheme.is_changed)
        scheme.with_user(self.admin).action_discard()
        self.assertFalse(scheme.is_changed)
        self.assertTrue(scheme._is_same_spec(scheme._get_spec(), spec))
        with self.assertRaisesRegex(UserError, "Nothing has changed"):
            scheme.action_activate()

    def test_grading_versions_never_change(self):
        """Nobody changes or deletes a version, and past results keep the one by which they came about."""
        buyer = self._create_buyer("B", grade="B")
        first = self._run()
        version = self.scheme.version_id
        self.scheme.write({"name": "Renamed", "review_months": 3})
        self.assertEqual(version.spec["review_months"], 12)
        self.scheme.action_activate()
        self._run()
        self.assertEqual((self._get_result(first, buyer).version_id, version.state), (version, "superseded"))
        self.assertIn("100 %", version.summary)
        for user in (self.admin, self.env.user):
            with self.assertRaises(AccessError):
                version.with_user(user).write({"spec": {}})
            with self.assertRaises(AccessError):
                version.with_user(user).unlink()
        with self.assertRaises(AccessError):
            version.sudo().write({"number": 9})
        with self.assertRaisesRegex(UserError, "archive it"):
            self.scheme.with_user(self.admin).unlink()

    def test_grading_scheme_deleted_takes_its_dry_runs_along(self):
        """A scheme that was never in force may be deleted; nothing of its dry runs is left."""
        buyer = self._create_buyer("B")
        dry = self.scheme.with_user(self.supervisor).action_dry_run()
        ids = self._get_result(dry, buyer).ids
        self.scheme.with_user(self.admin).unlink()
        self.assertTrue(ids)
        self.assertFalse(dry.exists())
        self.assertFalse(self.env["customer.grading.result"].browse(ids).exists())

    def test_grading_scheme_copy_is_a_scheme_of_its_own(self):
        """A copy has the criteria, bands and thresholds, no version and no run."""
        self._create_buyer("B")
        self._run()
        copy = self.scheme.with_user(self.admin).copy()
        self.assertTrue(copy._is_same_spec(copy._get_spec(), self.scheme._get_spec()))
        self.assertFalse(copy.version_ids | copy.run_ids.version_id)
        self.assertIn("(copy)", copy.name)


@tagged("post_install", "-at_install")
class TestGradingConfiguration(GradingCommon):
    def _get_problems(self, scheme, level="danger"):
        return " ".join(text for kind, text in scheme._check_configuration() if kind == level)

    def _check_refused(self, scheme, expected):
        """Check that the scheme can neither be put in force nor be tried, and says why."""
        scheme = scheme.with_user(self.admin)
        for method in (scheme.action_activate, scheme.action_dry_run, scheme.action_run):
            with self.assertRaisesRegex(UserError, expected):
                method()
        self.assertRegex(scheme.check_html, expected)
        self.assertFalse(scheme.version_ids | scheme.run_ids.version_id)

    def test_grading_scheme_with_wrong_rules_is_refused(self):
        """Weights that do not make 100, missing bands, thresholds out of order or above 0 are named in a sentence."""
        criterion = self._prepare_criterion
        linear = {"metric_id": self.metric.id, "weight": 100, "method": "linear"}
        self._check_refused(self._create_scheme([criterion(weight=99.98)]), "make 99.98, not 100")
        self._check_refused(self._create_scheme([]), "no criteria")
        self._check_refused(self._create_scheme([criterion(bands=())]), "no bands")
        self._check_refused(self._create_scheme([{**linear, "low": 5, "high": 5}]), "same value")
        self._check_refused(self._create_scheme(thresholds={}), "no thresholds")
        self._check_refused(self._create_scheme(thresholds={"A": 50, "B": 60, "D": 0}), "out of order")
        self._check_refused(self._create_scheme(thresholds={"A": 50, "B": 50, "D": 0}), "out of order")
        self._check_refused(self._create_scheme(thresholds={"A": 50, "D": 0.01}), "must begin at 0")
        archived = self._create_scheme()
        self.grades["C"].active = False
        self._check_refused(archived, "Archived grades")
        self.env["customer.metric"].flush_model()
        self.env.cr.execute("UPDATE customer_metric SET provider = 'gone' WHERE id = %s", [self.metric.id])
        self.metric.invalidate_recordset()
        self._check_refused(self._create_scheme(thresholds={"A": 50, "D": 0}), "not available any more")

    @mute_logger("odoo.sql_db")
    def test_grading_scheme_values_out_of_range_are_refused(self):
        """Two bands from the same value, weights, points, classes and months outside their range cannot be stored."""
        criterion = self.scheme.criterion_ids
        refused = (
            lambda: criterion.band_ids[1].write({"from_value": 0}),
            lambda: criterion.band_ids[1].write({"points": 101}),
            lambda: criterion.write({"weight": 0}),
            lambda: criterion.write({"weight": -5}),
            lambda: criterion.write({"classes": 6}),
            lambda: criterion.write({"missing_points": -1}),
            lambda: criterion.copy({"scheme_id": self.scheme.id}),
            lambda: self.scheme.threshold_ids[0].write({"min_score": 100.5}),
            lambda: self.scheme.threshold_ids[0].write({"grade_id": self.grades["D"].id}),
            lambda: self.scheme.write({"review_months": -1}),
            lambda: self.scheme.write({"run_interval_months": 241}),
        )
        for number, method in enumerate(refused):
            with self.subTest(number), self.assertRaises(IntegrityError):
                method()
                self.env.flush_all()

    def test_grading_scheme_bad_filter_is_refused(self):
        """A filter that is no list of fixed conditions on fields that exist is refused with a sentence."""
        bad = (
            "[('name', '=', uid)]", "[('name', '=', __import__('os'))]", "[(", "x", "7", "{}", "[('name')]", "[1]",
            "[('nonsense', '=', 1)]", "[('name', 'nonsense', 1)]", "['&', ('name', '=', 'x')]", "[('id', '=', 'x')]",
            "[('parent_id.nonsense', '=', 1)]", "[('create_date', '>', 'x')]", "()", "[" * 500, "[[[]]]", "'[]'",
        )  # fmt: skip
        for scope in bad:
            with (
                self.subTest(scope[:40]),
                mute_logger("odoo.sql_db"),
                self.assertRaises(ValidationError) as caught,
            ):
                self.scheme.scope = scope
                self.env.flush_all()
            self.assertIn("cannot be used", str(caught.exception))
        self.scheme.scope = " "
        self.scheme.action_activate()

    def test_grading_scheme_warns_of_what_never_matches(self):
        """Grades that cannot be reached, better values with fewer points and filters without customers are named."""
        self._create_buyer(5)
        low = self._create_scheme([self._prepare_criterion(bands=((0, 20), (10, 70)))])
        self.assertRegex(self._get_problems(low, "warning"), "A can never be reached.*highest score is 70")
        self.assertRegex(
            self._get_problems(self._create_scheme([self._prepare_criterion(bands=((0, 40),))]), "warning"),
            "same points",
        )
        turned = self._create_scheme([self._prepare_criterion(bands=((0, 90), (10, 0)))])
        self.assertRegex(self._get_problems(turned, "warning"), "better value gets fewer")
        self.assertRegex(
            self._get_problems(self._create_scheme([self._prepare_criterion(bands=((5, 90),))]), "warning"),
            "under 5",
        )
        classes = {"metric_id": self.metric.id, "weight": 100, "method": "quantile", "missing": "leave_out"}
        never = self._create_scheme([classes], {"A": 75, "C": 20, "D": 0})
        self.assertRegex(self._get_problems(never, "warning"), "D can never be given")
        self.assertRegex(
            self._get_problems(self._create_scheme(scope="[('ref', '=', 'x')]"), "warning"), "No customer"
        )
        unknown = self._create_scheme([self._prepare_criterion(self._create_metric("growth", 12))])
        self.assertRegex(self._get_problems(unknown, "warning"), "none of 1 customers")
        self.metric.active = False
        self.assertRegex(self._get_problems(self.scheme, "warning"), "archived")
        self.assertEqual(self.scheme.with_user(self.supervisor).action_check()["params"]["type"], "warning")

    def test_grading_scheme_archived_metric_still_counts(self):
        """A criterion whose metric was archived is still graded: only a warning."""
        buyer = self._create_buyer("A")
        self.metric.active = False
        self.assertEqual(self._get_result(self._run(), buyer).grade_id, self.grades["A"])
        self.assertEqual(self._get_result(self._run(), buyer).breakdown[0]["value"], 1000)

    def test_grading_scheme_broken_filter_of_another_scheme_is_named(self):
        """A filter that stopped working, its own or that of a scheme before it, ends in a sentence."""
        buyer = self._create_buyer("A")
        second = self._create_scheme(sequence=2)
        second.action_activate()
        self.scheme.action_activate()
        version = self.scheme.version_id
        self.env.cr.execute(
            "UPDATE customer_grading_version SET spec = jsonb_set(spec, '{scope}', %s) WHERE id = %s",
            ["\"[('gone', '=', 1)]\"", version.id],
        )
        self.env.invalidate_all()
        for scheme in (self.scheme, second):
            with self.assertRaisesRegex(UserError, "filter of the scheme cannot be used"):
                scheme.with_user(self.supervisor).action_run()
            self.assertFalse(scheme.run_ids)
        second.review_months = 1
        with self.assertRaisesRegex(UserError, "before this one cannot be used"):
            second.action_activate()
        with self.assertRaises(UserError):
            buyer.with_user(self.supervisor).action_care_grade_now()

    def test_grading_scheme_in_force_outlives_the_configuration(self):
        """A grade that a version gives cannot be deleted, a metric that it reads may be."""
        grade = self.env["customer.grade"].create({"name": "Extra", "code": "X", "sequence": 99})
        self.grades["X"] = grade
        self.addCleanup(self.grades.pop, "X")
        scheme = self._create_scheme(thresholds={"A": 50, "X": 0}, sequence=0)
        scheme.action_activate()
        scheme.threshold_ids.filtered(lambda row: row.grade_id == grade).grade_id = self.grades["D"]
        with self.assertRaisesRegex(UserError, "version of a scheme"):
            grade.with_user(self.admin).unlink()
        scheme.criterion_ids.metric_id = self.env.ref("customer_care.customer_metric_recency_days")
        self.scheme.unlink()
        self.metric.unlink()
        buyer = self._create_buyer("A")
        result = self._get_result(self._run(scheme=scheme), buyer)
        self.assertEqual((result.grade_id, result.breakdown[0]["criterion"]), (self.grades["A"], "amount 0"))

    def test_grading_scheme_is_made_in_its_form(self):
        """The form takes criteria, bands and thresholds, and says while editing what is wrong."""
        with (
            patch.object(customer_grading_scheme, "RUN_AT_ONCE", 0),
            Form(self.env["customer.grading.scheme"].with_user(self.admin)) as form,
        ):
            form.name = "New"
            form.scope = f"[('ref', '=', '{REF}')]"
            self.assertIn("no criteria", form.check_html)
            with form.criterion_ids.new() as line:
                line.metric_id = self.metric
                line.weight = 50
                for start, points in BANDS:
                    with line.band_ids.new() as band:
                        band.from_value, band.points = start, points
            self.assertIn("make 50", form.check_html)
            for code, score in (("A", 50), ("D", 0)):
                with form.threshold_ids.new() as line:
                    line.grade_id, line.min_score = self.grades[code], score
            with form.criterion_ids.edit(0) as line:
                line.weight = 100
            self.assertNotIn("danger", form.check_html or "")
        form.record.action_activate()
        self.assertEqual(form.record.date_next_run, False)
        self.assertEqual(self.scheme.review_months, 12)
        self.assertEqual(form.record.version_id.date.date(), fields.Date.today())
