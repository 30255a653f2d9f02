from itertools import product

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CareCommon

OPERATIONS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
class TestAccess(CareCommon):
    # What each role may do at all; anything missing is refused.
    ALLOWED = {
        "customer.callback": {
            "specialist": "read write create",
            "supervisor": "read write create",
            "manager": "read write create unlink",
            "admin": "read write create unlink",
            "auditor": "read",
        },
        "customer.callback.rule": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read write create unlink",
            "auditor": "read",
        },
        "customer.callback.script": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read write create unlink",
            "auditor": "read",
        },
        "customer.callback.question": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read write create unlink",
            "auditor": "read",
        },
        "customer.callback.option": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read write create unlink",
            "auditor": "read",
        },
        "customer.callback.policy": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read write create unlink",
            "auditor": "read",
        },
        "customer.callback.answer": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read",
            "auditor": "read",
        },
        "customer.callback.run": {
            "supervisor": "read",
            "manager": "read",
            "admin": "read",
            "auditor": "read",
        },
        "customer.callback.candidate": {
            "supervisor": "read",
            "manager": "read",
            "admin": "read",
            "auditor": "read",
        },
        "customer.callback.slice": {
            "supervisor": "read",
            "manager": "read",
            "admin": "read",
            "auditor": "read",
        },
        "customer.care.team": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read write create unlink",
            "auditor": "read",
        },
        "customer.care.event": {
            "specialist": "read",
            "supervisor": "read",
            "manager": "read",
            "admin": "read",
            "auditor": "read",
        },
        "customer.callback.close": {
            "specialist": "read write create unlink",
            "supervisor": "read write create unlink",
            "manager": "read write create unlink",
            "admin": "read write create unlink",
        },
    }
    ROLES = ("specialist", "supervisor", "manager", "admin", "auditor", "employee", "portal", "public")

    def test_access_matrix_holds(self):
        """Each role may do what the table says and nothing else."""
        for model, role, operation in product(self.ALLOWED, self.ROLES, OPERATIONS):
            with self.subTest(model=model, role=role, operation=operation):
                allowed = self.env[model].with_user(getattr(self, role)).has_access(operation)
                self.assertEqual(allowed, operation in self.ALLOWED[model].get(role, "").split())

    def _get_seen(self, callbacks, user):
        return callbacks.with_user(user).search([("id", "in", callbacks.ids)])

    def test_access_callbacks_by_ownership(self):
        """Own, unassigned and of own customers; the supervisor of the teams; manager and auditor all."""
        team = self._create_team(user_id=self.supervisor.id)
        mine = self._create_callback()
        unassigned = self._create_callback(user_id=False)
        customer = self._create_customer("Rain", care_user_id=self.specialist.id)
        of_customer = self._create_callback(self.manager, partner_id=customer.id)
        of_team = self._create_callback(self.manager, user_id=self.other_specialist.id, team_id=team.id)
        foreign = self._create_callback(self.manager)
        callbacks = mine | unassigned | of_customer | of_team | foreign
        self.assertEqual(self._get_seen(callbacks, self.specialist), mine | unassigned | of_customer)
        self.assertEqual(self._get_seen(callbacks, self.other_specialist), unassigned | of_team)
        self.assertEqual(self._get_seen(callbacks, self.supervisor), unassigned | of_team)
        team.write({"user_id": False, "member_ids": [fields.Command.link(self.supervisor.id)]})
        self.assertEqual(self._get_seen(callbacks, self.supervisor), unassigned | of_team)
        for user in (self.manager, self.auditor):
            self.assertEqual(self._get_seen(callbacks, user), callbacks)
        with self.assertRaises(AccessError):
            foreign.with_user(self.specialist).write({"note": "x"})

    def test_access_methods_check_rights_themselves(self):
        """No public method opens a foreign callback, neither for a colleague nor an auditor or customer."""
        callback = self._create_callback(self.manager)
        calls = (
            lambda c: c.action_done("reached", satisfaction=10),
            lambda c: c.action_reached(),
            lambda c: c.action_no_answer(),
            lambda c: c.action_done("wrong_number"),
            lambda c: c.action_refuse(),
            lambda c: c.action_cancel(),
            lambda c: c.action_cancel("x"),
            lambda c: c.action_reopen(),
            lambda c: c.action_assign_to_me(),
        )
        for user in (self.specialist, self.auditor, self.employee, self.portal, self.public):
            for number, call in enumerate(calls):
                with self.subTest(user=user.login, call=number), self.assertRaises(AccessError):
                    call(callback.with_user(user))
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                callback.with_user(user).action_open_document()
        self.assertEqual(callback.state, "planned")

    def test_access_auditor_who_is_specialist_keeps_his_own_rights(self):
        """Reading all does not mean writing all."""
        both = self._create_user("both", "customer_care.group_care_user,customer_care.group_care_auditor")
        callback = self._create_callback(self.manager)
        self.assertTrue(callback.with_user(both).read(["subject"]))
        with self.assertRaises(AccessError):
            callback.with_user(both).write({"note": "x"})

    def test_access_other_company_is_not_seen(self):
        """Neither callbacks nor teams nor rules of another company are seen, not even by a manager."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = (
            self._create_team(company_id=other.id),
            self._create_rule(company_id=other.id),
            self.env["customer.callback"].create(
                {"partner_id": self.customer.id, "subject": "x", "company_id": other.id, "user_id": False}
            ),
        )
        for record in theirs:
            for user in (self.manager, self.auditor):
                self.assertFalse(record.with_user(user).search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    record.with_user(user).read(["company_id"])
        self.assertTrue(self._create_team(company_id=False).with_user(self.manager).read(["name"]))

    def test_access_records_do_not_mix_companies(self):
        """A callback takes no team of another company."""
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            self._create_callback(self.env.user, team_id=self._create_team(company_id=other.id).id)

    def test_access_menus_follow_the_roles(self):
        """Specialists see their work, supervisors the figures, administrators the configuration."""
        menus = {
            "customer_care.customer_callback_menu_my": "specialist supervisor manager admin",
            "customer_care.customer_callback_menu_all": "supervisor manager admin auditor",
            "customer_care.customer_care_event_menu": "supervisor manager admin auditor",
            "customer_care.customer_callback_rule_menu": "admin",
        }
        for role in self.ROLES[:6]:
            visible = self.env["ir.ui.menu"].with_user(getattr(self, role)).load_menus(False)
            for xmlid, roles in menus.items():
                with self.subTest(role=role, menu=xmlid):
                    self.assertEqual(self.env.ref(xmlid).id in visible, role in roles.split())
