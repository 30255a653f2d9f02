from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMoveDialog(ComplaintCommon):
    """The dialog that says what is missing, for one complaint and for many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("customer_complaint.customer_complaint_waiting_reason_answer")
        cls.stage_waiting.needs_reason = True
        cls.stage_resolved.requirement_ids = cls.env["customer.complaint.requirement"].search(
            [("field_name", "in", ("verdict", "source_id"))]
        )
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _get_move(self, action, user=None):
        self.assertEqual(action["res_model"], "customer.complaint.move")
        return self.env["customer.complaint.move"].with_user(user or self.handler).browse(action["res_id"])

    def test_nothing_missing_opens_nothing(self):
        """A click on a stage moves at once when nothing speaks against it."""
        self.assertFalse(self.complaint.with_user(self.handler).action_move_to(self.stage_accepted.id))
        self.assertEqual(self.complaint.stage_id, self.stage_accepted)
        with self.assertRaisesRegex(UserError, "does not exist"):
            self.complaint.with_user(self.handler).action_move_to(0)

    def test_missing_is_filled_in_and_the_rest_listed(self):
        """What is a field of the dialog is asked there; the rest stands in the list until it is done."""
        self._create_compensation(self.complaint)
        as_handler = self.complaint.with_user(self.handler)
        move = self._get_move(as_handler.action_move_to(self.stage_resolved.id))
        self.assertEqual(move.empty_names.split(","), ["verdict", "source_id"])
        self.assertIn("not decided", move.line_ids.text)
        move.values = {"verdict": "valid"}
        again = self._get_move(move.action_confirm())
        self.assertEqual((self.complaint.stage_id, self.complaint.verdict), (self.stage_received, "valid"))
        self.assertEqual(len(again.line_ids), 2)
        self.complaint.source_id = self.env["customer.complaint.source"].create({"name": "S"})
        self.complaint.sudo().compensation_ids.action_cancel()
        move.action_refresh()
        self.assertFalse(move.line_ids)
        self.assertEqual(move.action_confirm()["infos"], {"moved": True})
        self.assertEqual(self.complaint.stage_id, self.stage_resolved)

    def test_reason_is_given_in_the_dialog(self):
        """Without a reason the dialog does not let go; with one the complaint waits for it."""
        move = self._get_move(self.complaint.with_user(self.handler).action_move_to(self.stage_waiting.id))
        self.assertFalse(move.line_ids)
        self.assertEqual(move.action_confirm()["res_id"], move.id)
        self.assertIn("Say what it waits for", move.line_ids.mapped("text"))
        with Form(move) as form:
            form.reason_id = self.reason
            form.note = "Invoice"
        move.action_confirm()
        self.assertEqual(
            (self.complaint.stage_id, self.complaint.waiting_reason_id, self.complaint.stage_note),
            (self.stage_waiting, self.reason, "Invoice"),
        )

    def test_many_are_rejected_with_one_reason(self):
        """The dialog asks why, not what they wait for, and notes it for each; it can be changed afterwards."""
        reasons = self.env["customer.complaint.ending.reason"].search([])
        both = (self.complaint + self._create_complaint(user_id=self.handler.id)).with_user(self.handler)
        move = self._get_move(both.action_move_to(self.stage_cancelled.id))
        self.assertEqual(move.reason_name, "ending_reason_id")
        self.assertEqual(move.action_confirm()["res_id"], move.id)
        self.assertEqual(move.line_ids.mapped("text"), ["Say why it is rejected or withdrawn"] * 2)
        with Form(move) as form:
            self.assertTrue(form._get_modifier("reason_id", "invisible"))
            form.ending_reason_id = reasons[0]
        move.action_confirm()
        self.assertEqual((both.stage_id, both.ending_reason_id), (self.stage_cancelled, reasons[0]))
        change = self._get_move(both[0].action_change_reason())
        change.write({"ending_reason_id": reasons[1].id, "note": "Not ours"})
        change.action_confirm()
        self.assertEqual((both[0].ending_reason_id, both[0].stage_note), (reasons[1], "Not ours"))
        self.assertEqual(both[0].stage_history_ids.sorted("id").ending_reason_id, reasons[:2])
        change = self._get_move(both[0].action_change_reason())
        self.assertEqual((change.ending_reason_id, change.note), (reasons[1], "Not ours"))

    def test_buttons_do_what_helps(self):
        """A line opens or does what helps, and nothing that is no public method."""
        self._create_compensation(self.complaint)
        self._move(self.complaint, self.stage_accepted)
        move = self._get_move(self.complaint.with_user(self.handler).action_move_to(self.stage_resolved.id))
        by_text = {("compensation" in line.text): line for line in move.line_ids}
        self.assertEqual(by_text[True].action_help()["res_model"], "customer.complaint.compensation")
        move.action_confirm()
        line = move.line_ids.filtered(lambda line: "Verdict" in line.text)
        self.assertEqual(line.action_help()["res_id"], self.complaint.id)
        by_text = {("compensation" in line.text): line for line in move.line_ids}
        by_text[True].sudo().action = "action_assign_to_me"
        self.assertEqual(by_text[True].action_help()["res_id"], move.id)
        for name in ("_reopen", "sudo", "__init__"):
            line = move.line_ids[:1]
            line.sudo().action = name
            with self.subTest(name=name), self.assertRaises(AccessError):
                line.action_help()

    def test_lines_are_the_programs(self):
        """Nobody writes lines, so that no button does what the program did not offer."""
        move = self._get_move(self.complaint.with_user(self.handler).action_move_to(self.stage_resolved.id))
        move.action_confirm()
        with self.assertRaises(AccessError):
            move.line_ids[:1].action = "unlink"
        with self.assertRaises(AccessError):
            self.env["customer.complaint.move.line"].with_user(self.handler).create(
                {"move_id": move.id, "complaint_id": self.complaint.id, "text": "x", "action": "unlink"}
            )
        with self.assertRaises(AccessError):
            move.with_user(self.manager).action_confirm()

    def test_dialog_moves_nothing_that_is_not_ours(self):
        """A dialog made over RPC with complaints that the user may only read, or not even that, is refused."""
        for user in (self.other_handler, self.handler):
            Move = self.env["customer.complaint.move"].with_user(user)
            vals = {"complaint_ids": [Command.set(self.complaint.ids)], "stage_id": self.stage_accepted.id}
            if user == self.handler:
                Move.create(vals).action_confirm()
            else:
                with self.assertRaises(AccessError):
                    Move.create(vals)
        self.assertEqual(self.complaint.stage_id, self.stage_accepted)

    def test_many_go_as_far_as_they_may(self):
        """Those that may go go in one batch; the others stay, each with its reason; nothing goes twice."""
        second, third = (self._create_complaint(user_id=self.handler.id) for _index in range(2))
        self._create_compensation(second)
        self.stage_resolved.requirement_ids = False
        complaints = (self.complaint + second + third).with_user(self.supervisor)
        move = self._get_move(complaints.action_move(), self.supervisor)
        with self.assertRaisesRegex(UserError, "Choose a stage"):
            move.action_confirm()
        move.stage_id = self.stage_resolved
        again = self._get_move(move.action_confirm(), self.supervisor)
        self.assertEqual((again.moved_count, again.complaint_ids, len(again.line_ids)), (2, complaints[1], 1))
        self.assertEqual((self.complaint + third).stage_id, self.stage_resolved)
        self.assertEqual(second.stage_id, self.stage_received)
        second.sudo().compensation_ids.action_cancel()
        again.action_confirm()
        self.assertEqual(second.stage_id, self.stage_resolved)
        self.assertEqual(len(self.complaint.stage_history_ids), 2)

    def test_closing_many_of_teams_with_other_flows(self):
        """Each team has its own closing stage; complaints without team have the common one."""
        other = self._create_team(user_id=self.supervisor.id)
        other.action_copy_stages()
        there = self._create_complaint(team_id=other.id)
        without = self._create_complaint(team_id=False)
        complaints = (self.complaint + there + without).with_user(self.manager)
        move = self._get_move(complaints.action_close(), self.manager)
        move.action_confirm()
        self.assertEqual(complaints.mapped("phase"), ["closed"] * 3)
        self.assertEqual(there.stage_id.team_ids, other)
        self.assertEqual((self.complaint + without).stage_id, self.stage_closed)

    def test_many_are_quick(self):
        """The number of queries does not grow with the complaints."""
        self.stage_accepted.entry_by = "leader"
        self.stage_accepted.requirement_ids = self.env.ref(
            "customer_complaint.customer_complaint_requirement_customer"
        )
        counts = []
        for number in (20, 120):
            complaints = self.env["customer.complaint"].create(
                [self._prepare_complaint() for _index in range(number)]
            )
            move = self._get_move(complaints.with_user(self.supervisor).action_move(), self.supervisor)
            move.stage_id = self.stage_accepted
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            move.action_confirm()
            self.env.flush_all()
            self.env.cr.flush()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(complaints.stage_id, self.stage_accepted)
        self.assertLessEqual(counts[1] - counts[0], 8)

    def test_drag_and_save_of_the_browser(self):
        """The calls the browser makes for a dragged card and a list row obey the same rules."""
        Complaint = self.env["customer.complaint"].with_user(self.handler)
        record = Complaint.browse(self.complaint.id)
        with self.assertRaisesRegex(UserError, "Verdict"):
            record.web_save({"stage_id": self.stage_resolved.id}, {"stage_id": {}})
        record.web_save({"stage_id": self.stage_accepted.id}, {"stage_id": {}})
        self.assertEqual(self.complaint.stage_id, self.stage_accepted)
