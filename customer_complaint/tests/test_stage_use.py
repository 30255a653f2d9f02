from odoo import Command
from odoo.exceptions import RedirectWarning, ValidationError
from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon

WARNING = "odoo.exceptions.RedirectWarning"
INVALID = "odoo.exceptions.ValidationError"


@tagged("post_install", "-at_install")
class TestSettingsInUse(ComplaintCommon, HttpCase):
    """Stages, categories and teams that complaints need do not go, whichever way somebody tries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(stage_id=cls.stage_investigating.id)
        cls.archived = cls._create_complaint(stage_id=cls.stage_investigating.id, active=False)

    def _call(self, record, method, *args, user=None):
        """Call as the browser does and return the result, or the error as a dict."""
        login = (user or self.manager).login
        self.authenticate(login, login)
        params = {"model": record._name, "method": method, "args": [record.ids, *args], "kwargs": {}}
        answer = self.url_open("/web/dataset/call_kw", json=self.build_rpc_payload(params)).json()
        record.invalidate_recordset()
        return answer["error"]["data"] if "error" in answer else answer.get("result")

    def test_stage_in_use_over_rpc(self):
        """Writing, the list's switch and deletion are refused; the message counts and offers to move them."""
        stage = self.stage_investigating
        admin = self._create_user("admin_t", "customer_care.group_care_admin")
        for user in (self.manager, admin):
            for method, args in (
                ("write", [{"active": False}]),
                ("web_save", [{"active": False}, {"active": {}}]),
                ("unlink", []),
            ):
                with self.subTest(method=method, user=user.login):
                    error = self._call(stage, method, *args, user=user)
                    self.assertEqual(error["name"], WARNING)
                    text, action, button, *_rest = error["arguments"]
                    self.assertIn(f"{stage.name}: 2", text)
                    self.assertIn("Move", button)
                    self.assertEqual(action["res_model"], "customer.complaint.stage.archive")
                    self.assertEqual(action["context"]["default_stage_ids"], stage.ids)
                    self.assertTrue(stage.active)

    def test_offered_dialog_moves_and_archives(self):
        """The dialog that the message and the button open knows the stages and moves archived ones too."""
        action = self._call(self.stage_investigating, "action_archive")
        self.assertEqual(action["res_model"], "customer.complaint.stage.archive")
        Wizard = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        wizard = Wizard.create({"target_id": self.stage_accepted.id})
        self.assertEqual((wizard.stage_ids, wizard.count), (self.stage_investigating, 2))
        self._call(wizard, "action_confirm")
        self.assertFalse(self.stage_investigating.active)
        self.assertEqual((self.complaint + self.archived).stage_id, self.stage_accepted)

    def test_stage_with_a_past(self):
        """A stage that is empty is archived, but not deleted while a history names it."""
        self._move(self.complaint + self.archived, self.stage_accepted)
        error = self._call(self.stage_investigating, "unlink")
        self.assertEqual(error["name"], "odoo.exceptions.UserError")
        self.assertIn(self.stage_investigating.name, error["arguments"][0])
        self.assertTrue(self._call(self.stage_investigating, "write", {"active": False}))
        self.assertFalse(self.stage_investigating.active)

    def test_only_archived_complaints_count_too(self):
        """They would come back into a stage that nobody sees."""
        self._move(self.complaint, self.stage_accepted)
        action = self.stage_investigating.with_user(self.manager).action_archive()
        self.assertEqual(action["res_model"], "customer.complaint.stage.archive")

    def test_last_closing_stage(self):
        """No team loses the stage that closes: by archiving, by another meaning, by deletion, by giving it away."""
        other = self._create_team(name="Others")
        closing = self.env["customer.complaint.stage"].search([("phase", "=", "closed")])
        closing = closing.filtered(lambda stage: not stage.team_ids)
        for method, args in (
            ("write", [{"active": False}]),
            ("write", [{"phase": "open"}]),
            ("write", [{"team_ids": [[6, 0, self.team.ids]]}]),
            ("unlink", []),
        ):
            with self.subTest(method=method, args=args):
                error = self._call(closing, method, *args)
                self.assertEqual(error["name"], INVALID, error)
                self.assertIn(other.name, error["arguments"][0])
        # Whoever has another one may.
        closing[:1].copy()
        closing[:1].active = False

    def test_last_closing_stage_of_an_own_flow(self):
        """A flow is set up step by step, but does not lose its end afterwards."""
        opens = self.env["customer.complaint.stage"].create({"name": "Mine"})
        team = self._create_team()
        team.write({"stage_ids": [Command.set(opens.ids)], "has_own_stages": True})
        opens.sequence = 3
        closing = self.env["customer.complaint.stage"].create(
            {"name": "End", "phase": "closed", "team_ids": [Command.set(team.ids)]}
        )
        with self.assertRaisesRegex(ValidationError, team.name), self.cr.savepoint():
            closing.phase = "waiting"
        with self.assertRaisesRegex(ValidationError, team.name), self.cr.savepoint():
            team.stage_ids = [Command.unlink(closing.id)]
        self.assertEqual(team.stage_ids, opens + closing)

    def test_category_and_team_in_use(self):
        """Deleting them names how many complaints keep them and shows these; archived, they stay on them."""
        category = self.env["customer.complaint.category"].create({"name": "Noise"})
        self.complaint.category_id = category
        for record, name, count in ((category, "category_id", 1), (self.team, "team_id", 2)):
            error = self._call(record, "unlink")
            self.assertEqual(error["name"], WARNING)
            text, action, *_rest = error["arguments"]
            self.assertIn(f"{record.name}: {count}", text)
            found = self.env["customer.complaint"].with_context(**action["context"]).search(action["domain"])
            self.assertEqual(len(found), count)
            self._call(record, "action_archive")
            self.assertFalse(record.active)
            self.assertEqual(self.complaint[name], record)
        self.assertFalse(self.complaint.with_user(self.handler).action_move_to(self.stage_accepted.id))

    def test_team_without_members(self):
        """Complaints of a team in which nobody is left can be received, moved and closed; its leader sees them."""
        team = self._create_team(name="Nobody", user_id=False)
        complaint = self._create_complaint(team_id=team.id)
        self.assertFalse(complaint.user_id)
        as_manager = complaint.with_user(self.manager)
        self.assertFalse(as_manager.action_move_to(self.stage_accepted.id))
        with self.assertRaises(RedirectWarning):
            team.unlink()
