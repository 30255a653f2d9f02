from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.res_partner_grading import GRADE_FIELDS
from .grading_common import GradingCommon

OPERATIONS = ("read", "write", "create", "unlink")
STAFF = ("specialist", "supervisor", "manager", "director")
OUTSIDE = ("employee", "portal", "public")
# {model: (who reads, who may do all)}
MODELS = {
    "scheme": ((*STAFF, "admin", "auditor"), ("admin",)),
    "criterion": ((*STAFF, "admin", "auditor"), ("admin",)),
    "band": ((*STAFF, "admin", "auditor"), ("admin",)),
    "threshold": ((*STAFF, "admin", "auditor"), ("admin",)),
    "version": ((*STAFF, "admin", "auditor"), ()),
    "run": ((*STAFF, "admin", "auditor"), ()),
    "slice": (("supervisor", "manager", "director", "admin", "auditor"), ()),
    "value": (("admin", "auditor"), ()),
    "result": ((*STAFF, "admin", "auditor"), ()),
    "proposal": ((*STAFF, "admin", "auditor"), ()),
}


@tagged("post_install", "-at_install")
class TestGradingAccess(GradingCommon):
    def test_grading_access_matrix(self):
        """Who reads and who writes each model of the grading: administrators write rules, nobody what came of them."""
        for name, (readers, writers) in MODELS.items():
            for role in (*STAFF, "admin", "auditor", *OUTSIDE):
                model = self.env[f"customer.grading.{name}"].with_user(getattr(self, role))
                found = [operation for operation in OPERATIONS if model.has_access(operation)]
                expected = list(OPERATIONS) if role in writers else ["read"] if role in readers else []
                with self.subTest(model=name, role=role):
                    self.assertEqual(found, expected)

    def test_grading_access_grades_are_configured_by_administrators(self):
        """Everybody in the house reads grades, administrators alone write them; used ones cannot be deleted."""
        buyer = self._create_buyer(grade="B")
        for role in (*STAFF, "auditor", *OUTSIDE):
            grade = self.grades["B"].with_user(getattr(self, role))
            self.assertFalse([name for name in OPERATIONS[1:] if grade.has_access(name)], role)
        grade = self.grades["B"].with_user(self.admin)
        self.assertEqual(
            grade.partner_count, self.env["res.partner"].search_count([("care_grade_id", "=", grade.id)])
        )
        self.assertIn(buyer, self.env["res.partner"].search(grade.action_open_partners()["domain"]))
        self.assertNotEqual(grade.copy().code, "B")

    def test_grading_forged_records_are_refused(self):
        """No role creates, changes or deletes what runs and proposals are made of."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run()
        result = self._get_result(run, buyer)
        records = {
            run.proposal_ids: {"kind": "manual", "company_id": self.company.id, "user_id": self.admin.id},
            run: {"scheme_id": self.scheme.id, "user_id": self.admin.id, "date": "2026-01-01"},
            result: {"partner_id": buyer.id, "date": "2026-01-01", "state": "applied"},
            self.scheme.version_id: {"scheme_id": self.scheme.id, "number": 7, "spec": {}},
            run.slice_ids: {"run_id": run.id, "first_id": 1, "last_id": 2},
        }
        writes = {
            run.proposal_ids: {"approval_state": "approved"},
            run: {"state": "draft"},
            result: {"grade_id": self.grades["A"].id},
            self.scheme.version_id: {"state": "superseded"},
            run.slice_ids: {"phase": "values"},
        }
        for role in (*STAFF, "admin", "auditor", *OUTSIDE):
            user = getattr(self, role)
            for record, vals in records.items():
                mine = record.with_user(user)
                with self.subTest(role=role, model=record._name):
                    with self.assertRaises(AccessError):
                        mine.create(vals)
                    with self.assertRaises(AccessError):
                        mine.write(writes[record])
                    with self.assertRaises(AccessError):
                        mine.unlink()
                    with self.assertRaises(AccessError):
                        mine.copy()
        self.assertEqual(self._get_codes(buyer), ["B"])

    @mute_logger("odoo.models")
    def test_grading_forged_grades_are_refused(self):
        """No role writes the grade of a customer, creates one with it, or brings it by a default or an import."""
        buyer = self._create_buyer()
        values = {
            "care_grade_id": self.grades["A"].id,
            "care_score": 99,
            "care_previous_score": 1,
            "care_grade_date": "2026-01-01",
            "care_review_date": "2026-01-01",
            "care_grade_result_id": 1,
            "care_grade_until": "2030-01-01",
        }
        self.assertEqual(set(values), set(GRADE_FIELDS))
        for role in ("specialist", "manager", "admin", "auditor", "employee", "portal", "public"):
            Partner = self.env["res.partner"].with_user(getattr(self, role))
            for name, value in values.items():
                with self.subTest(role=role, field=name):
                    with self.assertRaises(AccessError):
                        Partner.browse(buyer.id).write({name: value})
                    with self.assertRaises(AccessError):
                        Partner.create({"name": "Forged", name: value})
                    with self.assertRaises(AccessError):
                        Partner.with_context(**{f"default_{name}": value}).create({"name": "Forged"})
            commands = {"child_ids": [Command.create({"name": "Forged", "care_score": 5})]}
            # Odoo runs such commands as who opened the transaction, here the test.
            with patch.object(self.env.transaction, "default_env", Partner.env):
                with self.assertRaises(AccessError):
                    Partner.create({"name": "House", **commands})
                with self.assertRaises(AccessError):
                    Partner.browse(buyer.id).write(commands)
        Partner = self.env["res.partner"].with_user(self.specialist)
        imported = Partner.load(["name", "care_grade_id/.id"], [["Forged", str(self.grades["A"].id)]])
        self.assertFalse(imported["ids"])
        self.env.invalidate_all()
        self.assertFalse(any(buyer[name] for name in GRADE_FIELDS))

    def test_grading_defaults_of_a_client_change_nothing(self):
        """Defaults in the context, or stored by a user, reach neither runs nor proposals, results or versions."""
        buyer = self._create_buyer("C", grade="B")
        other = self._run()
        forged = {
            "default_state": "done", "default_phase": "done", "default_borders": [[1]], "default_error": "x",
            "default_partner_id": self.customer.id, "default_run_id": other.id, "default_is_dry_run": True,
            "default_count_graded": 9, "default_approval_state": "approved", "default_parent_id": 1,
            "default_scheme_id": self.scheme.id, "default_version_id": self.scheme.version_id.id,
        }  # fmt: skip
        self.scheme.review_months = 6
        stored = self.env["ir.default"]
        for model, name, value, user in (
            ("run", "is_dry_run", True, self.supervisor),
            ("run", "state", "done", self.supervisor),
            ("run", "phase", "done", self.supervisor),
            ("slice", "phase", "done", self.supervisor),
            ("result", "is_dry_run", True, self.specialist),
            ("version", "state", "superseded", self.admin),
        ):
            stored.set(f"customer.grading.{model}", name, value, user_id=user.id)
        self.scheme.with_user(self.admin).with_context(
            **forged, default_user_id=self.manager.id
        ).action_activate()
        version = self.scheme.version_id
        self.assertEqual((version.state, version.user_id, version.number), ("active", self.admin, 2))
        run = self.scheme.with_user(self.supervisor).with_context(**forged).action_run().sudo()
        self.assertRecordValues(
            run,
            [
                {
                    "state": "review",
                    "phase": "done",
                    "is_dry_run": False,
                    "partner_id": False,
                    "error": False,
                    "count_graded": 1,
                }
            ],
        )
        self.assertEqual(self._get_result(run, buyer).state, "proposed")
        wizard = (
            self.env["customer.grading.proposal.create"].with_user(self.specialist).with_context(**forged)
        )
        wizard.create(
            {"partner_ids": buyer.ids, "grade_id": self.grades["A"].id, "reason": "A contract"}
        ).action_propose()
        result = self.env["customer.grading.result"].search([("partner_id", "=", buyer.id)], limit=1)
        self.assertRecordValues(
            result,
            [
                {
                    "run_id": False,
                    "scheme_id": False,
                    "version_id": False,
                    "is_dry_run": False,
                    "state": "proposed",
                }
            ],
        )
        self.assertRecordValues(
            result.proposal_id,
            [{"run_id": False, "parent_id": False, "approval_state": "pending", "is_leap": True, "count": 1}],
        )

    def test_grading_rpc_methods_are_for_whom_they_are_meant(self):
        """What a client may call is refused to who may not: approving, proposing, activating, restoring, discarding."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run()
        result, proposal, scheme = self._get_result(run, buyer), run.proposal_ids, self.scheme
        for role in ("auditor", "employee", "portal", "public"):
            user = getattr(self, role)
            for record, name, arguments in (
                (result, "action_approve", ()), (result, "action_reject", ("x",)), (proposal, "action_approve", ()),
                (proposal, "action_reject", ("x",)), (proposal, "action_withdraw", ()),
                (proposal, "action_request_approval", ()), (proposal, "action_cancel_approval", ()),
                (scheme, "action_activate", ()), (scheme, "action_discard", ()),
                (scheme, "action_open_run", ()), (scheme, "action_open_dry_run", ()),
            ):  # fmt: skip
                with self.subTest(role=role, method=name), self.assertRaises(AccessError):
                    getattr(record.with_user(user), name)(*arguments)
            with self.assertRaises(AccessError):
                self.env["customer.grading.result.reject"].with_user(user).create(
                    {"comment": "x", "result_ids": result.ids}
                ).action_reject()
        for role in (*STAFF, "auditor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                scheme.with_user(getattr(self, role)).action_discard()
        self.assertEqual(
            (proposal.approval_state, result.state, run.state), ("pending", "proposed", "review")
        )


@tagged("post_install", "-at_install")
class TestGradingCompanies(GradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_company("Other house", cls.currency)
        here, there = (
            {"company_ids": [Command.set(cls.company.ids)]},
            {
                "company_id": cls.other.id,
                "company_ids": [Command.set(cls.other.ids)],
            },
        )
        cls.here = cls._create_user("here", "customer_care.group_care_admin", **here)
        cls.there = cls._create_user("there", "customer_care.group_care_admin", **there)

    def test_grading_companies_do_not_see_each_other(self):
        """The scheme of a company, its parts, runs, results and proposals show in no other company."""
        scheme = self._create_scheme(company_id=self.company.id, sequence=0)
        buyer = self._create_buyer("C", grade="B", company_id=self.company.id)
        with self._by_workers():
            run = self._run(user=self.here, scheme=scheme)
        hidden = [
            scheme, scheme.criterion_ids, scheme.criterion_ids.band_ids, scheme.threshold_ids, scheme.version_ids,
            run, run.slice_ids,
        ]  # fmt: skip
        while run._work_once():
            pass
        hidden += [self._get_result(run, buyer), run.proposal_ids]
        for records in hidden:
            with self.subTest(records._name):
                self.assertTrue(records)
                self.assertEqual(records.with_user(self.here).search([("id", "in", records.ids)]), records)
                self.assertFalse(records.with_user(self.there).search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    records.with_user(self.there).check_access("read")
        for records in hidden[:4]:
            with self.assertRaises(AccessError):
                records.with_user(self.there).write({"create_date": "2026-01-01"})
        for method in (scheme.with_user(self.there).action_run, run.with_user(self.there).action_cancel):
            with self.assertRaises(AccessError):
                method()

    def test_grading_companies_have_proposals_of_their_own(self):
        """A run over all companies makes one document for each; shared customers stand in that of who started it."""
        own, foreign, shared = (
            self._create_buyer("C", grade="B", company_id=company and company.id)
            for company in (self.company, self.other, None)
        )
        run = self._run(user=self.here)
        found = {proposal.company_id: proposal.result_ids.partner_id for proposal in run.proposal_ids}
        self.assertEqual(found, {self.company: own | shared, self.other: foreign})
        result = self._get_result(run, foreign)
        with self.assertRaises(AccessError):
            result.with_user(self.here).action_approve()
        result.with_user(self.there).action_approve()
        self.assertEqual(self._get_codes(own | foreign | shared), ["B", "C", "B"])

    def test_grading_companies_count_their_own_purchases(self):
        """A scheme of a company takes its customers and shared ones, and the purchases of its books alone."""
        scheme = self._create_scheme(company_id=self.company.id, sequence=0)
        shared = self._create_buyer("C")
        foreign = self._create_buyer("C", company_id=self.other.id)
        self._buy(("2026-02-01", 5000), partner=shared, company_id=self.other.id)
        run = self._run(user=self.here, scheme=scheme)
        self.assertEqual(self._get_result(run, shared).grade_id, self.grades["C"])
        self.assertFalse(self._get_result(run, foreign))
        whole = self._run(user=self.here)
        self.assertEqual(whole.count_scope, 1, "the shared one belongs to the first scheme")
        self.assertTrue(self._get_result(whole, foreign))

    def test_grading_amounts_are_converted_at_the_day_of_the_purchase(self):
        """Amounts of a company with other books are converted into the currency of the scheme."""
        abroad = self._create_company("Abroad", self.foreign)
        self._set_rate(self.foreign, "2026-01-01", 4, abroad)
        self._set_rate(self.foreign, "2026-02-01", 5, abroad)
        buyer = self._create_buyer()
        self._buy(
            ("2026-01-10", 400),
            ("2026-02-10", 2000),
            partner=buyer,
            company_id=abroad.id,
            currency_id=self.foreign.id,
        )
        run = self._run(user=self.here)
        self.assertEqual(self._get_result(run, buyer).breakdown[0]["value"], 500)
        self.assertEqual(run.date, fields.Date.today())

    def test_grading_filter_is_read_in_one_language(self):
        """Whoever starts the run, in whatever language: a filter on names matches the same customers."""
        self.env["res.lang"]._activate_lang("zh_CN")
        country = self.env.ref("base.de")
        country.with_context(lang="zh_CN").name = "德国"
        buyer = self._create_buyer("C", country_id=country.id)
        scheme = self._create_scheme(
            scope="[('country_id.name', '=', 'Germany'), ('ref', '!=', False)]", sequence=0
        )
        scheme.action_activate()
        self.supervisor.lang = "zh_CN"
        run = scheme.with_user(self.supervisor).with_context(lang="zh_CN").action_run()
        self.assertTrue(self._get_result(run, buyer))
