import ast
from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command

from ..models import customer_grading_engine, customer_grading_run
from .metric_common import MetricCommon

REF = "GRADING TEST"
BANDS = ((0, 0), (100, 40), (500, 60), (1000, 90))
# What somebody with BANDS has to buy for a grade.
AMOUNTS = {"D": 10, "C": 100, "B": 500, "A": 1000}


class GradingCommon(MetricCommon):
    """A scheme by the amount of all purchases, for customers with REF alone, before all other schemes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the personas answer, whatever the database holds.
        for group in ("manager", "director", "admin"):
            cls.env.ref(f"customer_care.group_care_{group}").user_ids = [Command.clear()]
        cls.manager = cls._create_user("grading_manager", "customer_care.group_care_manager")
        cls.director = cls._create_user("grading_director", "customer_care.group_care_director")
        cls.admin = cls._create_user("grading_admin", "customer_care.group_care_admin")
        cls.grades = {code: cls.env.ref(f"customer_care.customer_grade_{code.lower()}") for code in "ABCD"}
        cls.metric = cls._create_metric("amount")
        cls.scheme = cls._create_scheme()

    @classmethod
    def _create_scheme(cls, criteria=None, thresholds=None, **vals):
        """Create a scheme; ``criteria`` are values of criteria, ``thresholds`` are ``{code: score}``."""
        criteria = [cls._prepare_criterion()] if criteria is None else criteria
        thresholds = {"A": 75, "B": 55, "C": 35, "D": 0} if thresholds is None else thresholds
        return cls.env["customer.grading.scheme"].create(
            {
                "name": "Test scheme",
                "sequence": 1,
                "scope": f"[('ref', '=', '{REF}')]",
                "criterion_ids": [Command.create(row) for row in criteria],
                "threshold_ids": [
                    Command.create({"grade_id": cls.grades[code].id, "min_score": score})
                    for code, score in thresholds.items()
                ],
                **vals,
            }
        )

    @classmethod
    def _prepare_criterion(cls, metric=None, bands=BANDS, weight=100, **vals):
        rows = [Command.create({"from_value": start, "points": points}) for start, points in bands]
        return {"metric_id": (metric or cls.metric).id, "weight": weight, "band_ids": rows, **vals}

    @classmethod
    def _create_buyer(cls, amount=None, name="Buyer", grade=None, day="2026-01-15", **vals):
        """Create a customer whom the scheme grades; ``amount`` may be the code of a grade."""
        partner = cls._create_customer(name, ref=REF, is_company=True, **vals)
        if amount is not None:
            company_id = vals.get("company_id") or cls.company.id
            cls._buy((day, AMOUNTS.get(amount, amount)), partner=partner, company_id=company_id)
        if grade:
            cls._give(partner, grade)
        return partner

    @classmethod
    def _give(cls, partner, grade):
        """Let a customer have a grade, whoever gave it."""
        partner.sudo().care_grade_id = cls.grades[grade]

    @contextmanager
    def assertRaisesRegex(self, exception, expected):
        """Check exception and message, and undo what was written, as ``assertRaises`` of Odoo does."""
        with self.assertRaises(exception) as caught:
            yield caught
        self.assertRegex(str(caught.exception), expected)

    def _run(self, user=None, scheme=None):
        scheme = scheme or self.scheme
        if not scheme.version_id:
            scheme.action_activate()
        run = scheme.with_user(user or self.supervisor).action_run().sudo()
        self.assertFalse(run.error)
        return run

    @contextmanager
    def _by_workers(self, size=1):
        """Leave runs to the workers, in slices of so many customers."""
        with (
            patch.object(customer_grading_run, "RUN_AT_ONCE", 0),
            patch.object(customer_grading_engine, "SLICE", size),
        ):
            yield

    def _start(self, size=1):
        """Start a run that waits for its workers."""
        with self._by_workers(size):
            run = self._run()
        self.assertEqual(run.state, "values")
        return run

    def _work(self, run, phase=None):
        """Let one worker work until the run is in ``phase``, else to its end."""
        while run.phase != phase and run._work_once():
            pass
        self.assertIn(run.phase, (phase, "done"))

    def _get_result(self, run, partner):
        return self.env["customer.grading.result"].search(
            [("run_id", "=", run.id), ("partner_id", "=", partner.id)]
        )

    def _get_codes(self, partners):
        partners.invalidate_recordset()
        return [partner.care_grade_id.code for partner in partners]

    def _approve(self, run, user=None):
        for proposal in run.proposal_ids:
            proposal.with_user(user or self.director).action_approve()

    def _propose(self, partners, code, user=None, **vals):
        """Propose a grade by hand and return the proposal."""
        wizard = (
            self.env["customer.grading.proposal.create"]
            .with_user(user or self.specialist)
            .create(
                {
                    "partner_ids": partners.ids,
                    "grade_id": self.grades[code].id,
                    "reason": "A contract",
                    **vals,
                }
            )
        )
        action = wizard.action_propose()
        domain = action.get("domain") or [("id", "=", action["res_id"])]
        domain = ast.literal_eval(domain) if isinstance(domain, str) else domain
        return self.env["customer.grading.proposal"].search(domain)
