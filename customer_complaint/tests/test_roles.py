from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_attacks_two import AttackCommon

OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
# Specialist, supervisor, manager, director, auditor, administrator, employee without role, portal, public.
ROLES = "handler supervisor manager director auditor admin employee portal public".split()
# What each role may do at all with a kind of record: r(ead), w(rite), c(reate), u(nlink); which rows is another thing.
# A new model gets its place here: the test names those that are missing.
RIGHTS = {
    "rwc rwc rwc r r rwcu - r -": {""},
    "rwcu rwcu rwcu r r rwcu - - -": {"action"},
    # what only the program writes
    "r r r r r r - - -": {
        *(
            "action.recurrence",
            "alarm",
            "answer",
            "clock",
            "escalation.log",
            "handover",
            "major.sign",
            "rating",
        ),
        *("scorecard", "scorecard.remark", "stage.history", "verdict"),
    },
    "- - r r r r - - -": {"access"},
    "- - - - r r - - -": {"intake"},
    "- r r r r r - - -": {"report", "stage.span"},
    # what belongs to a complaint
    "rwcu rwcu rwcu r r r - - -": {
        *("appraisal", "discipline", "evidence", "extension", "fact", "major.report", "measure", "statement"),
        *("task", "why"),
    },
    "rwcu rwcu rwcu r r r r - -": {"responsibility"},
    "rwc rwc rwc r r r - - -": {"compensation", "letter", "plan"},
    "rw rw rw r r r - - -": {"review"},
    # what managers and administrators set up
    "r r rwcu r r rwcu - - -": {
        *("assign.rule", "cause", "department", "depth", "escalation", "escalation.level", "external.body"),
        *("keyword", "major.rule", "offer", "policy", "policy.line", "priority", "qualification", "reply"),
        *("waiting.rule", "warning.rule"),
    },
    "r r rwcu r r rwcu r - -": {
        *("category", "dissatisfaction", "requirement", "source", "stage", "stage.effect", "team"),
        *("waiting.reason", "ending.reason"),
    },
    "r r rwcu rwc r rwcu - - -": {"budget"},
    # about those who handle complaints, and about the handling
    "- - rwcu r r r - - -": {"audit"},
    "- - rwcu r r rwcu - - -": {"audit.check"},
    "- - rw r r r - - -": {"audit.line"},
    "r rw rwu r r r - - -": {"reward"},
    "- r rwcu r r rwcu - - -": {"reward.band"},
    "r rwc rwcu r r rwcu - - -": {"training"},
    "r rw rw r r rw - - -": {"warning"},
}
SECRET = "The pump leaks"


class RolesCommon(AttackCommon):
    """One record of each model that belongs to a complaint, all of ``complaint``, and one person of each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("care_admin_t", "customer_care.group_care_admin")
        cls.public = cls.env.ref("base.public_user")
        cls.company = cls.env["res.company"].create({"name": "Other"})
        cls.foreigner = cls._create_user("foreigner_t", "customer_complaint.group_complaint_manager")
        cls.foreigner.write({"company_ids": [Command.set(cls.company.ids)], "company_id": cls.company.id})
        now = fields.Datetime.now()
        cls.complaint._log_answer("accept", "Lin")
        for name, vals in {
            "access": {"user_id": cls.manager.id, "kind": "look", "hour": now, "datetime": now},
            "action.recurrence": {"action_id": cls.action.id, "round": 1},
            "alarm": {
                **{"round": 1, "user_id": cls.director.id, "role": "director", "state": "open"},
                **{"alarmed_datetime": now, "ack_deadline": now},
            },
            "discipline": {"code": "d2"},
            "escalation.log": {
                **{"level": 1, "round": 9, "cause": "manual", "state": "settled", "fired_datetime": now}
            },
            "extension": {"amount": 5, "reason": "A part is missing"},
            "handover": {"offered_by_id": cls.manager.id, "user_id": cls.director.id, "note": "x"},
            "task": {"name": "Look"},
            "verdict": {"datetime": now},
            "why": {"question": "Why?"},
        }.items():
            cls._add(name, **vals)
        cls.env["customer.complaint.major.sign"].create({"report_id": cls.report.id, "role": "manager"})
        cls.env.flush_all()
        cls.rows = [
            model.search([("complaint_id", "=", cls.complaint.id)], limit=1)
            for model in cls._get_models()
            if model._auto and cls.env["ir.rule"]._belongs_to_complaint(model)
        ]

    @classmethod
    def _get_models(cls):
        """Return the models of complaints that are kept, as empty recordsets."""
        return [
            model
            for name, model in sorted(cls.env.items())
            if f"{name}.".startswith("customer.complaint.") and not (model._abstract or model._transient)
        ]


@tagged("post_install", "-at_install")
class TestRoles(RolesCommon):
    def test_rights_of_each_role_in_each_model(self):
        """The table above is what everybody may do, and no model is left out."""
        expected = {
            f"customer.complaint.{name}".strip("."): row.split()
            for row, names in RIGHTS.items()
            for name in names
        }
        found = {}
        for model in self._get_models():
            found[model._name] = [
                "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if model.with_user(getattr(self, role)).has_access(operation)
                )
                or "-"
                for role in ROLES
            ]
        self.assertEqual(found, expected)

    def test_rows_are_seen_as_their_complaint(self):
        """Whatever belongs to a complaint is read and changed by those who may do so with the complaint."""
        self.assertEqual([row._name for row in self.rows if not row], [])
        self.assertGreaterEqual(len(self.rows), 25)
        other_team = self._create_team(name="Other")
        situations = {
            "own": {"user_id": self.handler.id},
            "of a colleague": {"user_id": self.supervisor.id},
            "of another team": {"team_id": other_team.id, "user_id": self.manager.id},
            "confidential": {"is_confidential": True, "user_id": self.manager.id},
        }
        users = [getattr(self, role) for role in (*ROLES, "other_handler", "foreigner")]
        counts = dict.fromkeys(situations, 0)
        for situation, vals in situations.items():
            self.complaint.sudo().write(vals)
            self.env.flush_all()
            for user in users:
                complaint = self.complaint.with_user(user)
                may = {name: complaint.has_access(name) for name in ("read", "write", "unlink")}
                for row in self.rows:
                    own = row.with_user(user)
                    with self.subTest(situation=situation, model=row._name, user=user.login):
                        for name, is_allowed in may.items():
                            # what goes with its complaint is not deleted with it
                            as_complaint = may["write"] if name == "unlink" else is_allowed
                            expected = as_complaint and own.browse().has_access(name)
                            self.assertEqual(own.has_access(name), expected, name)
                            counts[situation] += expected
        # Neither everything nor nothing.
        self.assertGreater(counts["own"], counts["of another team"])
        self.assertGreater(counts["of another team"], counts["confidential"])
        self.assertGreater(counts["confidential"], len(self.rows))


@tagged("post_install", "-at_install")
class TestHiddenRows(RolesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint.write({"is_confidential": True, "user_id": cls.manager.id})
        cls.env.ref("base.group_allow_export").user_ids = cls.other_handler | cls.foreigner
        cls.env.flush_all()

    def test_rows_are_hidden_with_their_complaint(self):
        """Neither found, counted, named, exported nor read: of a confidential complaint, and in another company."""
        for record in (*self.rows, self.action):
            for user in (self.other_handler, self.foreigner):
                hidden = record.with_user(user)
                domain = [("id", "=", record.id)]
                if not hidden.browse().has_access("read"):
                    continue
                with self.subTest(model=record._name, user=user.login):
                    self.assertFalse(hidden.search(domain))
                    self.assertEqual(hidden._read_group(domain, [], ["__count"]), [(0,)])
                    self.assertFalse(hidden.name_search("", domain))
                    for call in (
                        lambda hidden=hidden: hidden.read(["display_name"]),
                        lambda hidden=hidden: hidden.export_data(["display_name"]),
                        lambda hidden=hidden: hidden.web_read({"display_name": {}}),
                        lambda hidden=hidden: hidden.write({"write_date": False}),
                    ):
                        hidden.invalidate_recordset()
                        with self.assertRaises(AccessError):
                            call()

    def _get_reports(self):
        """Yield (report, record of ``complaint``) of what can be printed about a complaint."""
        by_model = {row._name: row for row in (*self.rows, self.complaint)}
        for report in self.env["ir.actions.report"].search([("model", "in", list(by_model))]):
            yield report, by_model[report.model]

    def test_papers_of_a_hidden_complaint(self):
        """No paper about it is printed by its number, as page or as PDF, by whoever does not see it."""
        reports = list(self._get_reports())
        self.assertGreater(len(reports), 6)
        self.startPatcher(
            patch.object(
                type(self.env["ir.actions.report"]),
                "_run_wkhtmltopdf",
                lambda *args, **kwargs: b"%PDF-1.4 " + str(args).encode(),
            )
        )
        for login in ("other_handler_t", "foreigner_t", "employee_t", "portal_t", None):
            self.authenticate(login, login)
            for report, record in reports:
                for kind in ("html", "pdf"):
                    url = f"/report/{kind}/{report.report_name}/{record.id}"
                    # the customer prints what he himself told
                    if login == "portal_t" and report.report_name.endswith("_registration"):
                        continue
                    with self.subTest(report=report.report_name, kind=kind, user=login):
                        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
                            answer = self.url_open(url, allow_redirects=False)
                        self.assertNotEqual(answer.status_code, 200)
                        self.assertNotIn(SECRET, answer.text)

    def test_files_of_a_hidden_complaint(self):
        """Nor are the files of its rows loaded by the number of the row."""
        fields_of = [
            (row, field.name)
            for row in (*self.rows, self.complaint)
            for field in row._fields.values()
            if field.type == "binary" and field.store
        ]
        self.assertTrue(fields_of)
        for row, name in fields_of:
            row.sudo()[name] = "R0lGODlhAQABAAD/ACwAAAAAAQABAAACADs="
        self.env.flush_all()
        for login in ("other_handler_t", "foreigner_t", "portal_t", None):
            self.authenticate(login, login)
            for row, name in fields_of:
                with self.subTest(model=row._name, field=name, user=login):
                    answer = self.url_open(f"/web/content/{row._name}/{row.id}/{name}")
                    self.assertNotEqual(answer.status_code, 200)
