from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_investigation import InvestigationCommon
from .common_solution import SolutionCommon


@tagged("post_install", "-at_install")
class TestGates(SolutionCommon, InvestigationCommon):
    """Each gate of a stage holds on each way into it, and lets through once it is fulfilled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stage = cls.stage_closed
        ticks = [name for name in stage._fields if name.startswith("needs_")]
        stage.write(dict.fromkeys(ticks, False))
        cls.regulator = cls.env["customer.complaint.source"].create(
            {"name": "Regulator", "is_regulator": True}
        )
        cls.other = cls._create_complaint(user_id=cls.handler.id, name="Other")
        cls.env.flush_all()

    # What is lacking: each prepares the complaint, and says how it is fulfilled.

    def _lack_verdict(self):
        return lambda: self.complaint.write({"verdict": "valid"})

    def _lack_cause(self):
        return lambda: self.complaint.write({"cause_id": self.cause.id})

    def _lack_plan_done(self):
        plan = self._create_plan()
        plan.sudo().write({"approval_state": "approved", "state": "approved"})
        return lambda: plan.measure_ids.write({"result": "x"}) and plan.measure_ids.action_done()

    def _lack_informed(self):
        return self.complaint.action_mark_responded

    def _lack_answer(self):
        return lambda: self.complaint.sudo().write({"solution_answer": "accepted"})

    def _lack_acceptance(self):
        return self._lack_answer()

    def _lack_release(self):
        self.complaint.is_major = True
        return lambda: self.complaint._write_dates({"released_datetime": fields.Datetime.now()})

    def _lack_tasks_done(self):
        task = self._add("task", name="Look", user_id=self.employee.id)
        return task.action_cancel

    def _lack_investigation(self):
        return lambda: self.complaint.sudo().write({"investigation_state": "done"})

    def _lack_decision(self):
        return self._create_compensation(self.complaint).action_cancel

    def _lack_approval(self):
        offer = self._create_compensation(self.complaint, 5000)
        offer.sudo().approval_state = "pending"
        return lambda: offer.sudo().write({"approval_state": "rejected"})

    def _lack_execution(self):
        offer = self._create_compensation(self.complaint)
        offer.sudo().approval_state = "approved"
        return offer.action_execute

    def _lack_plan_approval(self):
        plan = self._create_plan()
        plan.sudo().approval_state = "pending"
        return lambda: (plan.sudo().write({"approval_state": "draft"}), plan.action_cancel())

    def _lack_plan_decision(self):
        return self._create_plan().action_cancel

    def _lack_second_review(self):
        review = self._add("review", reason="Too late")
        self._lack_final_response()

        def fulfil():
            review.sudo().write({"state": "dropped"})
            self.complaint._log_answer("accept", "Lin")

        return fulfil

    def _lack_final_response(self):
        self.complaint._log_answer("decline", "Lin", "No")
        self.complaint.sudo().solution_answer = "declined"
        return lambda: self.complaint._log_answer("accept", "Lin")

    def _lack_regulator(self):
        self.complaint.source_id = self.regulator
        return lambda: self.complaint.write({"source_reference": "R-1"})

    GATES = {
        # what is lacking: the tick of the stage, None: always asked; what is said
        "verdict": ("needs_verdict", "verdict"),
        "cause": ("needs_cause", "cause"),
        "plan_done": ("needs_plan_done", "plan is not carried out"),
        "informed": ("needs_informed", "not informed"),
        "answer": ("needs_answer", "answer is not known"),
        "acceptance": ("needs_acceptance", "not accepted"),
        "release": ("needs_release", "has not signed"),
        "tasks_done": ("needs_tasks_done", "department task"),
        "investigation": ("needs_investigation", "investigation"),
        "decision": (None, "is not decided"),
        "approval": (None, "waits for approval"),
        "execution": (None, "is not executed"),
        "plan_approval": (None, "plan waits for approval"),
        "plan_decision": (None, "plan is not approved"),
        "second_review": (None, "second review"),
        "final_response": (None, "customer declined"),
        "regulator": (None, "regulator"),
    }

    def _get_ways(self):
        """Return {name: function} of the ways into the closed stage that raise what is missing."""
        stage_id, complaint, other = self.stage_closed.id, self.complaint, self.other
        manager = complaint.with_user(self.manager)

        def archive_stage():
            self.env["customer.complaint.stage.archive"].with_user(self.manager).create(
                {"stage_ids": complaint.stage_id.ids, "target_id": stage_id}
            ).action_confirm()

        return {
            "RPC": lambda: complaint.with_user(self.handler).write({"stage_id": stage_id}),
            "manager": lambda: manager.write({"stage_id": stage_id}),
            "mass edit": lambda: (other | complaint).with_user(self.manager).write({"stage_id": stage_id}),
            "list": lambda: (
                (other | complaint)
                .with_user(self.manager)
                .web_save_multi([{"stage_id": stage_id}] * 2, {"stage_id": {}})
            ),
            "board": lambda: manager.web_save({"stage_id": stage_id}, {"stage_id": {}}),
            "with team": lambda: manager.write({"team_id": self.team.id, "stage_id": stage_id}),
            "with archiving": lambda: manager.write({"active": False, "stage_id": stage_id}),
            "import": lambda: self._import(manager, stage_id),
            "program": lambda: complaint.write({"stage_id": stage_id}),
            "archived stage": archive_stage,
        }

    def _import(self, complaint, stage_id):
        found = complaint.load([".id", "stage_id/.id"], [[str(complaint.id), str(stage_id)]])
        if not found["ids"]:
            raise UserError(found["messages"][0]["message"])

    def _get_quiet_ways(self):
        """Return {name: function} of the ways that ask, or leave the complaint where it is, instead of raising."""
        manager = self.complaint.with_user(self.manager)

        def confirm():
            action = manager.action_move_to(self.stage_closed.id)
            dialog = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
            dialog.action_confirm()

        return {
            "dialog": confirm,
            "no answer": lambda: self.complaint._close_unanswered(fields.Datetime.now()),
        }

    def test_each_gate_on_each_way(self):
        """What a stage asks for is asked of everybody, however the complaint gets there."""
        for name, (tick, text) in self.GATES.items():
            point = self.env.cr.savepoint()
            if tick:
                self.stage_closed.write({tick: True})
            fulfil = getattr(self, f"_lack_{name}")()
            self.env.flush_all()
            for way, call in self._get_ways().items():
                with self.subTest(gate=name, way=way):
                    with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
                        call()
                        self.env.flush_all()
                    self.assertEqual(self.complaint.phase, "open")
            for way, call in self._get_quiet_ways().items():
                # who was warned and is silent has answered by that
                if (name, way) != ("answer", "no answer"):
                    with self.subTest(gate=name, way=way):
                        call()
                        self.assertEqual(self.complaint.phase, "open")
                        self.assertFalse(self.complaint.is_closed_unanswered)
            with self.subTest(gate=name, way="fulfilled"):
                fulfil()
                self.env.flush_all()
                self.complaint.with_user(self.manager).write({"stage_id": self.stage_closed.id})
                self.assertEqual(self.complaint.phase, "closed")
            point.close(rollback=True)
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_no_gate_is_left_out(self):
        """A tick that is added to the stages gets its line in the table above."""
        stage = self.stage_closed
        ticks = {name for name in stage._fields if name.startswith("needs_")}
        # tested in test_moves, and what the third one asks is always asked before a closing
        ticks -= {"needs_reason", "needs_approvals_done"}
        self.assertEqual(ticks, {tick for tick, _text in self.GATES.values() if tick})

    def test_new_complaint_is_not_born_closed(self):
        """Neither with a stage, nor by a default, as a copy or by an import."""
        stage = self.stage_closed
        stage.needs_verdict = True
        handler = self.complaint.with_user(self.handler)
        vals = self._prepare_complaint(stage_id=stage.id, user_id=self.handler.id)
        for name, call in {
            "new": lambda: handler.create(vals),
            "default": lambda: handler.with_context(default_stage_id=stage.id).create({"name": "x"}),
            "copy": lambda: handler.copy({"stage_id": stage.id}),
        }.items():
            with (
                self.subTest(way=name),
                self.assertRaisesRegex(UserError, "verdict"),
                self.env.cr.savepoint(),
            ):
                call()
                self.env.flush_all()
        rows = handler.load(["id", "name", "stage_id/.id"], [["__import__.gate", "x", str(stage.id)]])
        self.assertFalse(rows["ids"])

    def test_merged_into_what_is_done(self):
        """An open complaint does not end by being merged into one that is done, whatever it lacks."""
        self.complaint.is_major = True
        for stage in (self.stage_resolved, self.stage_closed):
            self.other.sudo().stage_id = stage
            with self.assertRaisesRegex(UserError, "main complaint is done"):
                self.complaint.with_user(self.manager)._merge_into(self.other.with_user(self.manager))
        self.assertEqual(self.complaint.phase, "open")

    def test_stage_that_changes_its_meaning(self):
        """No complaint is closed, or opened again, because its stage means something else from now on."""
        stage = self.complaint.stage_id.with_user(self.manager)
        with self.assertRaisesRegex(ValidationError, "without having been moved"):
            stage.phase = "closed"
        self.other.sudo().stage_id = self.stage_resolved
        with self.assertRaisesRegex(ValidationError, "without having been moved"):
            self.stage_resolved.phase = "open"
        self.other.sudo().stage_id = self.stage_closed
        self.stage_resolved.phase = "open"

    def test_customer_does_not_open_a_gate(self):
        """The customer's acceptance closes nothing that is open in the house."""
        self.stage_closed.needs_verdict = True
        self.complaint.proposal = "<p>A new pump</p>"
        self.complaint.stage_id = self.stage_proposed
        with patch.object(type(self.complaint), "_post_of_customer"):
            self.complaint._customer_act("accept", "Lin", digest=self.complaint._get_solution_digest())
        self.assertEqual((self.complaint.solution_answer, self.complaint.phase), ("accepted", "open"))
