from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.customer_complaint_move import MoveRefused
from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMoves(ComplaintCommon):
    """Who may move complaints where, and what is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service_manager = cls._create_user(
            "service_manager_t", "customer_complaint.group_complaint_manager"
        )
        cls.team.manager_id = cls.service_manager
        cls.reason = cls.env.ref("customer_complaint.customer_complaint_waiting_reason_documents")
        cls.stage_waiting.needs_reason = True
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _require(self, stage, *names):
        requirements = self.env["customer.complaint.requirement"].search([("field_name", "in", names)])
        self.assertEqual(len(requirements), len(names))
        stage.requirement_ids = requirements

    # Who

    def test_roles_decide_who_moves_in(self):
        """Each role may enter what is meant for it, and nobody else; the program may always."""
        group = self.env.ref("customer_care.group_care_admin")
        users = {
            "handler": self.handler,
            "leader": self.supervisor,
            "manager": self.service_manager,
            "other manager": self.manager,
        }
        for entry, groups, allowed in (
            ("all", None, set(users)),
            ("handler", None, {"handler", "leader", "manager"}),
            ("leader", None, {"leader", "manager"}),
            ("manager", None, {"manager"}),
            (
                "groups",
                self.env.ref("customer_complaint.group_complaint_manager"),
                {"manager", "other manager"},
            ),
            ("handler", self.env.ref("customer_complaint.group_complaint_manager"), set(users)),
            ("groups", group, set()),
        ):
            self.stage_accepted.write(
                {"entry_by": entry, "group_ids": [Command.set(groups.ids if groups else [])]}
            )
            for role, user in users.items():
                with self.subTest(entry=entry, groups=groups and groups.name, role=role):
                    complaint = self._create_complaint(user_id=self.handler.id)
                    if role in allowed:
                        complaint.with_user(user).write({"stage_id": self.stage_accepted.id})
                    else:
                        with self.assertRaisesRegex(MoveRefused, "only these may move"):
                            complaint.with_user(user).write({"stage_id": self.stage_accepted.id})
        self._move(self.complaint, self.stage_accepted)
        self.assertEqual(self.complaint.stage_id, self.stage_accepted)

    def test_rights_come_before_rules(self):
        """Who may not write a complaint learns nothing of its stages, over any public method."""
        for user in (self.other_handler, self.auditor, self.director, self.employee, self.portal):
            complaint = self.complaint.with_user(user)
            for call in (
                lambda complaint: complaint.write({"stage_id": self.stage_accepted.id}),
                lambda complaint: complaint.action_move_to(self.stage_accepted.id),
                lambda complaint: complaint.action_move(),
                lambda complaint: complaint.action_close(),
                lambda complaint: complaint.action_back(),
                lambda complaint: complaint.action_change_reason(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call(complaint)
        self.assertEqual(self.complaint.stage_id, self.stage_received)

    # Where to

    def test_next_stages_bind_people(self):
        """Where a stage names what may follow, people go nowhere else; the message says where to."""
        self.stage_received.next_stage_ids = self.stage_accepted
        as_handler = self.complaint.with_user(self.handler)
        with self.assertRaisesRegex(MoveRefused, "can only go to: Accepted"):
            as_handler.stage_id = self.stage_execution
        as_handler.stage_id = self.stage_accepted
        as_handler.stage_id = self.stage_execution
        self._move(self.complaint, self.stage_received, self.stage_execution)

    def test_archived_next_stage_does_not_lock(self):
        """A stage all of whose followers are archived lets complaints go anywhere."""
        gone = self.stage_accepted.copy({"name": "Gone"})
        self.stage_received.next_stage_ids = gone
        gone.active = False
        self.complaint.with_user(self.handler).stage_id = self.stage_execution

    def test_reopening_is_free_of_next_stages(self):
        """What may follow a closed stage does not keep a complaint from being reopened."""
        self.stage_resolved.next_stage_ids = self.stage_closed
        self._move(self.complaint, self.stage_resolved)
        self.complaint.with_user(self.handler).action_reopen("Leaks")
        self.assertEqual(self.complaint.stage_id, self.stage_received)

    # What

    def test_one_message_lists_all_that_is_missing(self):
        """All complaints, all rules, money included, in one message; nothing has moved."""
        self._require(self.stage_resolved, "verdict", "resolution")
        self.stage_resolved.entry_by = "leader"
        second = self._create_complaint(user_id=self.handler.id, verdict="valid")
        self._create_compensation(self.complaint)
        both = (self.complaint + second).with_user(self.handler)
        with self.assertRaises(MoveRefused) as caught:
            both.write({"stage_id": self.stage_resolved.id})
        text = str(caught.exception)
        for piece in ("Verdict", "Findings and Agreement", "the team leader (", "is not decided"):
            self.assertIn(piece, text)
        self.assertEqual(text.count("Verdict"), 1)
        self.assertEqual(text.count("Findings and Agreement"), 2)
        self.assertEqual(caught.exception.args[1:], (both.ids, self.stage_resolved.id))
        self.assertEqual(both.stage_id, self.stage_received)

    def test_required_fields_may_come_with_the_move(self):
        """What is written in the same go counts, what it empties does not; blanks are no text."""
        self._require(self.stage_accepted, "category_id", "resolution")
        category = self.env["customer.complaint.category"].search([], limit=1)
        as_handler = self.complaint.with_user(self.handler)
        for vals in (
            {"category_id": category.id},
            {"category_id": category.id, "resolution": "<p><br></p>"},
            {"category_id": False, "resolution": "<p>Found</p>"},
        ):
            with self.subTest(vals=vals), self.assertRaises(MoveRefused):
                as_handler.write({"stage_id": self.stage_accepted.id, **vals})
        as_handler.write(
            {"stage_id": self.stage_accepted.id, "category_id": category.id, "resolution": "<p>Found</p>"}
        )
        self._require(self.stage_execution, "phone")
        self.complaint.phone = "   "
        with self.assertRaisesRegex(MoveRefused, "Phone"):
            as_handler.stage_id = self.stage_execution

    def test_compensations_are_asked_for_where_the_stage_says_so(self):
        """The rule for money reaches every stage that wants it, for the program too, and cannot be taken off."""
        self._create_compensation(self.complaint)
        self._move(self.complaint, self.stage_accepted)
        self.stage_execution.needs_approvals_done = True
        self.stage_resolved.needs_approvals_done = False
        for stage in (self.stage_execution, self.stage_resolved):
            with self.assertRaisesRegex(UserError, "not decided"):
                self._move(self.complaint, stage)

    def test_new_complaints_keep_the_rules_too(self):
        """Entering a complaint in a later stage is no way around what the stage asks."""
        self._require(self.stage_closed, "verdict")
        Complaint = self.env["customer.complaint"]
        vals = self._prepare_complaint(user_id=self.handler.id, stage_id=self.stage_closed.id)
        with self.assertRaisesRegex(MoveRefused, "Verdict"):
            Complaint.with_user(self.handler).create(vals)
        Complaint.with_user(self.handler).create({**vals, "verdict": "valid"})
        Complaint.create(vals)
        with self.assertRaisesRegex(MoveRefused, "waits for"):
            Complaint.with_user(self.handler).create({**vals, "stage_id": self.stage_waiting.id})

    # Why it waits

    def test_waiting_reason_is_asked_kept_and_forgotten(self):
        """The reason is asked of people, stands in the history, and goes when the complaint moves on."""
        as_handler = self.complaint.with_user(self.handler)
        with self.assertRaisesRegex(MoveRefused, "say what it waits for"):
            as_handler.stage_id = self.stage_waiting
        as_handler.write(
            {
                "stage_id": self.stage_waiting.id,
                "waiting_reason_id": self.reason.id,
                "stage_note": "The invoice",
            }
        )
        row = self.complaint.stage_history_ids.sorted("id")[-1]
        self.assertEqual((row.reason_id, row.note, row.waits_for), (self.reason, "The invoice", "customer"))
        as_handler.stage_id = self.stage_investigating
        self.assertFalse(self.complaint.waiting_reason_id or self.complaint.stage_note)
        self.assertFalse(self.complaint.stage_history_ids.sorted("id")[-1].reason_id)
        self.assertEqual(row.reason_id, self.reason)
        with self.assertRaises(MoveRefused):
            as_handler.stage_id = self.stage_waiting
        with self.assertRaisesRegex(UserError, "archived"):
            self.reason.unlink()

    def test_rejecting_asks_why(self):
        """Nothing is rejected or withdrawn without a reason, by no way; it goes when the complaint is reopened."""
        self.assertTrue(self.stage_cancelled.needs_reason)
        unfounded = self.env.ref("customer_complaint.customer_complaint_ending_reason_unfounded")
        as_handler = self.complaint.with_user(self.handler)
        vals = {"stage_id": self.stage_cancelled.id}
        for lacking in (
            vals,
            {**vals, "waiting_reason_id": self.reason.id},
            {**vals, "ending_reason_id": False},
        ):
            with self.assertRaisesRegex(MoveRefused, "say why it is rejected"):
                as_handler.write(lacking)
        with self.assertRaisesRegex(MoveRefused, "say why it is rejected"):
            as_handler.create(self._prepare_complaint(**vals))
        as_handler.write({**vals, "ending_reason_id": unfounded.id, "stage_note": "Told by phone"})
        row = self.complaint.stage_history_ids.sorted("id")[-1]
        self.assertEqual(
            (row.ending_reason_id, row.note, row.reason_id.ids), (unfounded, "Told by phone", [])
        )
        self.assertIn(unfounded.name, dict(self.complaint._get_sheet_rows()).values())
        self.env.flush_all()
        figures = self.env["customer.complaint.report"].search([("complaint_id", "=", self.complaint.id)])
        self.assertEqual(figures.ending_reason_id, unfounded)
        as_handler.action_reopen("He sent the invoice")
        self.assertFalse(self.complaint.ending_reason_id or self.complaint.stage_note)
        self.assertEqual(row.ending_reason_id, unfounded)
        with self.assertRaisesRegex(UserError, "archived"):
            unfounded.unlink()

    def test_reason_stays_with_its_stage(self):
        """People take no reason away that a stage asks for, and give none to what goes on; imports say so in words."""
        unfounded = self.env.ref("customer_complaint.customer_complaint_ending_reason_unfounded")
        as_handler = self.complaint.with_user(self.handler)
        for vals in (
            {"ending_reason_id": unfounded.id},
            {"ending_reason_id": unfounded.id, "stage_id": self.stage_investigating.id},
        ):
            with self.assertRaisesRegex(UserError, "Only complaints that are rejected"):
                as_handler.write(vals)
        as_handler.write({"stage_id": self.stage_cancelled.id, "ending_reason_id": unfounded.id})
        with self.assertRaisesRegex(MoveRefused, "say why it is rejected"):
            as_handler.ending_reason_id = False
        self.assertEqual(self.complaint.ending_reason_id, unfounded)
        row = ["Imported", str(self.team.id), str(self.stage_cancelled.id)]
        answer = as_handler.load(["name", "team_id/.id", "stage_id/.id"], [row])
        self.assertRegex(
            answer["messages"][0]["message"], r"^Before that.*\n- .*say why it is rejected[^\]]*$"
        )

    def test_reason_goes_along_to_another_team(self):
        """A rejected complaint that another team gets is still rejected for the same reason."""
        unfounded = self.env.ref("customer_complaint.customer_complaint_ending_reason_unfounded")
        team = self.env["customer.complaint.team"].create({"name": "Workshop"})
        team.action_copy_stages()
        self.complaint.write(
            {"stage_id": self.stage_cancelled.id, "ending_reason_id": unfounded.id, "stage_note": "Told"}
        )
        self.complaint.team_id = team
        self.assertNotEqual(self.complaint.stage_id, self.stage_cancelled)
        row = self.complaint.stage_history_ids.sorted("id")[-1]
        for record, note in ((self.complaint, self.complaint.stage_note), (row, row.note)):
            self.assertEqual((record.ending_reason_id, note), (unfounded, "Told"))

    def test_given_reason_is_history_where_none_is_asked(self):
        """What the customer withdraws stands in the history as that, also in a stage that asks for no reason."""
        self.stage_cancelled.needs_reason = False
        self.complaint._customer_act("withdraw", "Customer")
        self.assertEqual(
            self.complaint.stage_history_ids.sorted("id")[-1].ending_reason_id.ended_by, "customer"
        )

    def test_rejection_taken_up_by_mistake_keeps_why(self):
        """Who takes the reopening of a rejected complaint back finds the reason again."""
        withdrawn = self.env.ref("customer_complaint.customer_complaint_ending_reason_withdrawn")
        as_handler = self.complaint.with_user(self.handler)
        vals = {
            "stage_id": self.stage_cancelled.id,
            "ending_reason_id": withdrawn.id,
            "stage_note": "By phone",
        }
        as_handler.write(vals)
        as_handler.action_reopen("Wrong button")
        as_handler.action_back()
        self.assertRecordValues(self.complaint, [vals])

    def test_changed_reason_is_history(self):
        """A reason that changes while the complaint waits begins a new row; the deadline does not move."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
        with self._at(3):
            complaint.write({"stage_id": self.stage_waiting.id, "waiting_reason_id": self.reason.id})
        parts = self.env.ref("customer_complaint.customer_complaint_waiting_reason_parts")
        with self._at(4):
            used = self._clock(complaint).used_seconds
            action = complaint.with_user(self.handler).action_change_reason()
            move = self.env[action["res_model"]].with_user(self.handler).browse(action["res_id"])
            with Form(move) as form:
                form.reason_id = parts
            move.action_confirm()
            complaint._refresh_clocks()
            self.assertEqual(self._clock(complaint).used_seconds, used)
        rows = complaint.stage_history_ids.sorted("id")
        self.assertEqual(rows.reason_id, self.reason + parts)
        self.assertEqual(complaint.waits_for, "supplier")
        self.assertEqual(rows.mapped("stage_id"), self.stage_received + self.stage_waiting)

    def test_customer_reads_that_we_wait_for_him_only(self):
        """In the portal a complaint that waits for a supplier is one we work on."""
        parts = self.env.ref("customer_complaint.customer_complaint_waiting_reason_parts")
        self._move(self.complaint, self.stage_waiting)
        self.assertIn("your answer", self.complaint.with_user(self.portal)._portal_get_phase_text())
        self.complaint.waiting_reason_id = parts
        self.assertIn("working", self.complaint.with_user(self.portal)._portal_get_phase_text())

    def test_history_counts_working_hours(self):
        """Each row says how much working time passed until the next."""
        with self._at(2, 15):
            complaint = self._create_complaint()
        with self._at(3, 11):
            self._move(complaint, self.stage_accepted)
        with self._at(4, 9):
            hours = complaint.stage_history_ids.sorted("id").mapped("working_hours")
        self.assertEqual(hours, [4.0, 6.0])
        self.assertEqual(self.env["customer.complaint.stage.history"].browse().mapped("working_hours"), [])

    def test_time_in_stages(self):
        """The figures know what is over and what goes on, of the own companies only."""
        with self._at(2):
            complaint = self._create_complaint()
        with self._at(4):
            complaint.write({"stage_id": self.stage_waiting.id, "waiting_reason_id": self.reason.id})
        self.env.flush_all()
        Span = self.env["customer.complaint.stage.span"]
        for user, count in ((self.supervisor, 2), (self.manager, 2), (self.director, 2), (self.auditor, 2)):
            spans = Span.with_user(user).search([("complaint_id", "=", complaint.id)], order="id")
            self.assertEqual(len(spans), count)
        self.assertEqual((spans[0].days, spans[1].reason_id), (2.0, self.reason))
        self.assertFalse(spans[1].left_datetime)
        with self.assertRaises(AccessError):
            Span.with_user(self.handler).search([])

    # Back

    def test_last_move_is_taken_back(self):
        """By who made it or leads; the history keeps both moves."""
        as_handler = self.complaint.with_user(self.handler)
        with self.assertRaisesRegex(UserError, "no other stage"):
            as_handler.action_back()
        self._move(self.complaint.with_user(self.supervisor), self.stage_accepted)
        self.assertTrue(as_handler.can_go_back)
        with self.assertRaisesRegex(AccessError, "last move"):
            as_handler.action_back()
        self.stage_accepted.next_stage_ids = self.stage_execution
        self.complaint.with_user(self.supervisor).action_back()
        self.assertEqual(self.complaint.stage_id, self.stage_received)
        self.assertEqual(len(self.complaint.stage_history_ids), 3)
        self.assertEqual(self.complaint.stage_history_ids.sorted("id")[-1].user_id, self.supervisor)

    def test_back_to_waiting_remembers_the_reason(self):
        """Taken back into a waiting stage, the complaint waits for what it waited for."""
        as_handler = self.complaint.with_user(self.handler)
        as_handler.write({"stage_id": self.stage_waiting.id, "waiting_reason_id": self.reason.id})
        as_handler.stage_id = self.stage_execution
        as_handler.action_back()
        self.assertEqual(
            (self.complaint.stage_id, self.complaint.waiting_reason_id), (self.stage_waiting, self.reason)
        )

    def test_back_out_of_done_is_a_reopening(self):
        """A resolved complaint is not silently open again: the reason is asked for."""
        as_handler = self.complaint.with_user(self.handler)
        as_handler.stage_id = self.stage_resolved
        self.assertEqual(as_handler.action_back()["res_model"], "customer.complaint.reopen")
        as_handler.stage_id = self.stage_closed
        as_handler.action_back()
        self.assertEqual(self.complaint.stage_id, self.stage_resolved)
        self.assertEqual(self.complaint.reopen_count, 0)

    def test_moves_of_many_are_taken_back(self):
        """Each goes where it came from; what cannot stays and is named with the reason; nothing goes twice."""
        waiting, done, new = (self._create_complaint(user_id=self.handler.id) for _index in range(3))
        complaints = (self.complaint + waiting + done + new).with_user(self.handler)
        waiting.with_user(self.handler).write(
            {"stage_id": self.stage_waiting.id, "waiting_reason_id": self.reason.id}
        )
        done.with_user(self.handler).stage_id = self.stage_resolved
        (self.complaint + waiting).with_user(self.handler).stage_id = self.stage_execution
        answer = complaints.action_back_many()
        self.assertEqual(
            complaints.mapped("stage_id"), self.stage_received + self.stage_waiting + self.stage_resolved
        )
        self.assertEqual((waiting.stage_id, waiting.waiting_reason_id), (self.stage_waiting, self.reason))
        text = answer["params"]["message"]
        self.assertIn("2 complaints are back", text)
        for complaint, reason in ((done, "reopen it"), (new, "no other stage")):
            self.assertRegex(text, f"{complaint.number}.*{reason}")
        with self.assertRaisesRegex(UserError, "None can go back"):
            (done + new).with_user(self.handler).action_back_many()
        self._move((self.complaint + new).with_user(self.supervisor), self.stage_accepted)
        with self.assertRaisesRegex(UserError, "last move"):
            (self.complaint + new).with_user(self.handler).action_back_many()
        for user in (self.other_handler, self.auditor):
            with self.assertRaises(AccessError):
                (self.complaint + new).with_user(user).action_back_many()

    def test_actions_of_the_list(self):
        """What the menu *Actions* of the list offers does the same as on the form, for those who may."""
        complaints = self.complaint + self._create_complaint(user_id=self.handler.id)

        def run(name, user):
            action = self.env.ref(f"customer_complaint.customer_complaint_server_{name}").with_user(user)
            return action.with_context(active_model=complaints._name, active_ids=complaints.ids).run()

        complaints.with_user(self.handler).stage_id = self.stage_execution
        run("action_back_many", self.handler)
        self.assertEqual(complaints.stage_id, self.stage_received)
        answer = run("action_create_corrective", self.handler)
        self.assertEqual(answer["res_model"], "customer.complaint.action")
        self.assertTrue(run("action_merge", self.supervisor)["res_model"])
        with self.assertRaisesRegex(UserError, "no escalation"):
            run("action_acknowledge_escalation", self.supervisor)
        for name, user in (("action_merge", self.handler), ("action_back_many", self.auditor)):
            with self.assertRaises(AccessError):
                run(name, user)

    def test_hotkeys_do_not_collide(self):
        """Each letter of the form does one thing, and none that the page around it uses."""
        arch = self.env["customer.complaint"].with_user(self.manager).get_view(view_type="form")["arch"]
        keys = [node.get("data-hotkey") for node in etree.fromstring(arch).iter() if node.get("data-hotkey")]
        self.assertIn("shift+r", keys)
        self.assertEqual(len(keys), len(set(keys)))
        self.assertFalse(
            {"h", "u", "c", "s", "j", "n", "p", "x", "shift+a", "shift+u", "shift+x"} & set(keys)
        )

    # Configuration

    def test_requirements_are_fields_that_can_be_filled_in(self):
        """No computed, technical or unknown field can be asked for, and each only once."""
        Requirement = self.env["customer.complaint.requirement"]
        for name in (
            "number",
            "closed_datetime",
            "phase",
            "nonsense",
            "message_ids",
            "id",
            "create_uid",
            "_name",
        ):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                Requirement.create({"name": name, "field_name": name})

    def test_groups_must_be_named(self):
        """“Only Certain Groups” without groups would lock the stage."""
        with self.assertRaisesRegex(ValidationError, "groups"):
            self.stage_accepted.entry_by = "groups"

    def test_two_companies(self):
        """A move across companies asks the roles of each team."""
        company = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += company
        team = self._create_team(company_id=company.id, manager_id=self.manager.id)
        there = self.env["customer.complaint"].create(
            {"name": "There", "company_id": company.id, "team_id": team.id}
        )
        self.stage_accepted.entry_by = "manager"
        companies = [self.env.company.id, company.id]
        both = (self.complaint + there).with_user(self.manager).with_context(allowed_company_ids=companies)
        with self.assertRaises(MoveRefused) as caught:
            both.write({"stage_id": self.stage_accepted.id})
        self.assertEqual([item.complaint for item in caught.exception.missing], [both[0]])
