from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon

READ, WRITE, CREATE, UNLINK = "read", "write", "create", "unlink"


@tagged("post_install", "-at_install")
class TestAccess(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team = cls._create_team(name="Other")
        cls.public = cls.env.ref("base.public_user")
        cls.admin = cls._create_user("care_admin_t", "customer_care.group_care_admin")
        cls.complaints = {
            "own": cls._create_complaint(user_id=cls.handler.id),
            "waiting": cls._create_complaint(),
            "teamless": cls._create_complaint(team_id=False),
            "colleague": cls._create_complaint(user_id=cls.manager.id),
            "foreign": cls._create_complaint(team_id=cls.other_team.id),
        }

    def test_complaint_matrix(self):
        """Who reads and writes which complaint."""
        everything = set(self.complaints)
        for user, readable, writable in (
            (self.handler, {"own", "waiting", "teamless"}, {"own", "waiting", "teamless"}),
            (self.other_handler, {"teamless"}, {"teamless"}),
            (self.supervisor, everything - {"foreign"}, everything - {"foreign"}),
            (self.manager, everything, everything),
            (self.director, everything, set()),
            (self.auditor, everything, set()),
            (self.admin, everything, everything),
            (self.employee, set(), set()),
            (self.public, set(), set()),
            (self.portal, everything, set()),
        ):
            for key, complaint in self.complaints.items():
                with self.subTest(user=user.login, complaint=key):
                    record = complaint.with_user(user)
                    self.assertEqual(record.has_access(READ), key in readable)
                    self.assertEqual(record.has_access(WRITE), key in writable)
                    self.assertEqual(record.has_access(UNLINK), user == self.admin)

    def test_create_rights(self):
        """Handlers and above register complaints, others do not."""
        for user, allowed in (
            (self.handler, True),
            (self.manager, True),
            (self.auditor, False),
            (self.employee, False),
            (self.portal, False),
            (self.public, False),
        ):
            self.assertEqual(
                self.env["customer.complaint"].with_user(user).has_access(CREATE), allowed, user.login
            )

    def test_handler_registers_for_a_colleague(self):
        """Who takes the call may hand the complaint to somebody else at once, and still sees it."""
        complaint = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .create({"name": "a", "team_id": self.other_team.id, "user_id": self.other_handler.id})
        )
        self.assertTrue(complaint.has_access(READ))

    def test_portal_reads_own_without_internals(self):
        """A customer reads his own complaints, not those of others, and nothing internal of his own."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._create_complaint(partner_id=stranger.id)
        own = self.complaints["own"].with_user(self.portal)
        self.assertTrue(own.read(["number", "name", "stage_id", "received_datetime"]))
        self.assertFalse(
            self.env["customer.complaint"].with_user(self.portal).search([("id", "=", foreign.id)])
        )
        with self.assertRaises(AccessError):
            foreign.with_user(self.portal).read(["name"])
        for name in (
            "severity",
            "priority",
            "verdict",
            "resolution",
            "is_major",
            "policy_id",
            "clock_ids",
            "clock_explanation",
            "compensation_ids",
            "stage_history_ids",
            "repeated_count",
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                own.read([name])
        sibling = self.env["res.partner"].create({"name": "Sibling", "parent_id": self.customer.id})
        self.assertFalse(
            self._create_complaint(partner_id=sibling.id).with_user(self.portal).has_access(READ)
        )

    def test_sub_models_follow_the_complaint(self):
        """History, time limits and compensations are seen by those alone who see the complaint."""
        compensation = self._create_compensation(self.complaints["own"])
        foreign = self._create_compensation(self.complaints["foreign"])
        for model, record, other in (
            ("clock", self.complaints["own"].clock_ids[0], self.complaints["foreign"].clock_ids[0]),
            (
                "history",
                self.complaints["own"].stage_history_ids,
                self.complaints["foreign"].stage_history_ids,
            ),
            ("compensation", compensation, foreign),
        ):
            for user, sees_own, sees_foreign in (
                (self.handler, True, False),
                (self.other_handler, False, False),
                (self.supervisor, True, False),
                (self.manager, True, True),
                (self.director, True, True),
                (self.auditor, True, True),
                (self.employee, False, False),
                (self.portal, False, False),
                (self.public, False, False),
            ):
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(record.with_user(user).has_access(READ), sees_own)
                    self.assertEqual(other.with_user(user).has_access(READ), sees_foreign)
            for user in (self.auditor, self.employee, self.portal, self.public):
                for operation in (WRITE, CREATE, UNLINK):
                    self.assertFalse(
                        record.with_user(user).has_access(operation), (model, user.login, operation)
                    )

    def test_configuration_is_for_managers(self):
        """Stages, teams, categories and policies are changed by managers and administrators alone."""
        records = (
            self.stage_received,
            self.team,
            self.env.ref("customer_complaint.customer_complaint_category_other"),
            self.policy,
            self.policy.line_ids,
        )
        for record in records:
            for user in (
                self.handler,
                self.supervisor,
                self.auditor,
                self.employee,
                self.portal,
                self.public,
            ):
                for operation in (WRITE, CREATE, UNLINK):
                    with self.subTest(model=record._name, user=user.login, operation=operation):
                        self.assertFalse(record.with_user(user).has_access(operation))
            for user in (self.manager, self.admin):
                self.assertTrue(record.with_user(user).has_access(WRITE), (record._name, user.login))

    def test_two_companies(self):
        """A manager sees his companies only; a team or policy of another company is not used."""
        company = self.env["res.company"].create({"name": "Second"})
        complaint = self.env["customer.complaint"].create({"name": "a", "company_id": company.id})
        self._create_policy(response=(1, "working_hours"), company_id=company.id)
        self.assertFalse(complaint.with_user(self.manager).has_access(READ))
        self.assertFalse(complaint.clock_ids.with_user(self.manager)._filtered_access(READ))
        with self.assertRaises(UserError):
            complaint.team_id = self.team
        self.assertEqual(self._create_complaint().policy_id, self.policy)
        both = new_test_user(
            self.env,
            "both_t",
            groups="customer_complaint.group_complaint_manager",
            company_id=company.id,
            company_ids=[Command.set([company.id, self.env.company.id])],
        )
        self.assertTrue(complaint.with_user(both).has_access(READ))

    def test_public_methods_check_rights(self):
        """Each button refuses who may not write the complaint."""
        complaint = self.complaints["colleague"]
        for user in (self.handler, self.auditor, self.employee, self.portal, self.public):
            for name in (
                "action_assign_to_me",
                "action_mark_responded",
                "action_refresh_clocks",
                "action_reopen",
            ):
                with self.subTest(user=user.login, method=name), self.assertRaises(AccessError):
                    getattr(complaint.with_user(user), name)()
        self.assertEqual(complaint.user_id, self.manager)

    def test_handler_takes_a_waiting_complaint(self):
        """Assign to Me works on several at once, as the lowest role."""
        complaints = self.complaints["waiting"] + self.complaints["teamless"]
        complaints.with_user(self.handler).action_assign_to_me()
        self.assertEqual(complaints.user_id, self.handler)

    def test_employee_opens_a_customer(self):
        """An employee without rights on complaints opens a customer all the same."""
        self.assertEqual(self.customer.with_user(self.employee).care_complaint_count, 0)
        self.assertEqual(self.customer.with_user(self.manager).care_complaint_count, len(self.complaints))

    def test_team_overview_counts_what_one_may_see(self):
        """The overview works for each role, and its buttons open the list."""
        for user in (self.handler, self.supervisor, self.manager, self.auditor):
            team = self.team.with_user(user)
            self.assertGreaterEqual(team.open_count, 1)
            self.assertEqual(team.action_open_complaints()["domain"], [("team_id", "=", team.id)])

    def test_team_alias_creates_for_the_team(self):
        """The alias of a team makes complaints of that team."""
        team = self._create_team(alias_name="claims-t")
        self.assertIn(f"'team_id': {team.id}", team.alias_defaults)
        self.assertEqual(team.alias_model_id.model, "customer.complaint")
