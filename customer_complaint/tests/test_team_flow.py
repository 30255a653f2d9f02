import doctest

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import tagged

from ..tools import flowchart, flowcheck
from .common import ComplaintCommon

SCRIPT = "<script>alert(1)</script>"


@tagged("post_install", "-at_install")
class TestTeamFlow(ComplaintCommon):
    """Flows of teams: own sets, their check, their chart, and what becomes of stages that go."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Stage = cls.env["customer.complaint.stage"]
        cls.common = cls.Stage.search([("team_ids", "=", False)])
        cls.complaint = cls._create_complaint(stage_id=cls.stage_investigating.id)

    def _find(self, team, stage):
        return team.stage_ids.filtered(lambda own: own.origin_id == stage)

    def test_doctests(self):
        """The examples of the tools are their specification."""
        for module in (flowchart, flowcheck):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    # Own flow

    def test_copied_stages_are_the_teams_own(self):
        """Copies keep rules and order; complaints go along silently; other teams see no change."""
        self.stage_received.next_stage_ids = self.stage_accepted + self.stage_cancelled
        history = len(self.complaint.stage_history_ids)
        deadline = self.complaint.next_deadline
        messages = len(self.complaint.message_ids)
        self.team.action_copy_stages()
        self.assertEqual(self.team.stage_ids.mapped("name"), self.common.mapped("name"))
        first = self._find(self.team, self.stage_received)
        self.assertEqual(first.next_stage_ids.origin_id, self.stage_accepted + self.stage_cancelled)
        self.assertEqual(self.complaint.stage_id, self._find(self.team, self.stage_investigating))
        self.assertEqual(len(self.complaint.stage_history_ids), history + 1)
        self.assertEqual(self.complaint.next_deadline, deadline)
        self.env.flush_all()
        self.env.cr.flush()
        self.assertEqual(len(self.complaint.message_ids), messages)
        self.assertEqual(self._create_complaint().stage_id, first)
        self.assertEqual(self._create_complaint(team_id=False).stage_id, self.stage_received)
        with self.assertRaisesRegex(ValidationError, "does not belong"):
            self._move(self.complaint, self.stage_accepted)
        with self.assertRaisesRegex(UserError, "already"):
            self.team.action_copy_stages()

    def test_stage_search_by_flow(self):
        """The stages offered are those of the team's flow, for no team the common ones."""
        other = self._create_team()
        self.team.action_copy_stages()
        for team, expected in ((self.team, self.team.stage_ids), (other, self.common)):
            self.assertEqual(self.Stage.search([("flow_team_id", "=", team.id)]), expected)
        self.assertEqual(self.Stage.search([("flow_team_id", "=", False)]), self.common)

    def test_change_of_team_takes_the_stage_along(self):
        """Handed over to a team with another flow, a complaint stands where it corresponds, and back."""
        other = self._create_team(user_id=self.supervisor.id)
        other.action_copy_stages()
        own = self._find(other, self.stage_investigating)
        second = self._create_complaint()
        both = (self.complaint + second).with_user(self.manager)
        both.write({"team_id": other.id, "urgency": "high"})
        self.assertEqual(self.complaint.stage_id, own)
        self.assertEqual(second.stage_id, self._find(other, self.stage_received))
        self.assertEqual(both.mapped("urgency"), ["high", "high"])
        both.team_id = self.team
        self.assertEqual(both.mapped("stage_id"), self.stage_investigating + self.stage_received)

    def test_transfer_to_a_flow_of_other_making(self):
        """Without a common origin the phase decides; a waiting complaint may have to begin anew."""
        after_sales = self.env.ref("customer_complaint.customer_complaint_team_after_sales")
        after_sales.active = True
        repair = self.env.ref("customer_complaint.customer_complaint_stage_repair_received")
        self.complaint.team_id = after_sales
        self.assertEqual(self.complaint.stage_id, repair)
        self._move(self.complaint, self.env.ref("customer_complaint.customer_complaint_stage_repair_closed"))
        self.complaint.team_id = self.team
        self.assertEqual(self.complaint.stage_id, self.stage_closed)

    def test_back_to_common_stages(self):
        """Given up, the own stages are archived and the complaints stand where they came from."""
        self.team.action_copy_stages()
        own = self.team.stage_ids
        self.team.action_use_common_stages()
        self.assertFalse(any(own.mapped("active")))
        self.assertEqual(self.complaint.stage_id, self.stage_investigating)
        self.assertEqual(self.Stage._get_flow(self.team), self.common)

    def test_removed_own_stage_is_not_of_all(self):
        """Taking a stage out of the team's list deletes it when unused, and is refused when used."""
        self.team.action_copy_stages()
        unused, used = (
            self._find(self.team, stage) for stage in (self.stage_proposed, self.stage_investigating)
        )
        self.team.stage_ids = [Command.unlink(unused.id)]
        self.assertFalse(unused.exists())
        with self.assertRaisesRegex(RedirectWarning, "archived"):
            self.team.stage_ids = [Command.unlink(used.id)]

    def test_last_open_stage_of_an_own_flow(self):
        """The common stages do not count for a team with its own flow."""
        self.team.action_copy_stages()
        with self.assertRaisesRegex(ValidationError, self.team.name):
            self.team.stage_ids.filtered(lambda stage: stage.phase == "open").write({"phase": "waiting"})
        with self.assertRaisesRegex(ValidationError, "No open stage"):
            self._create_team().has_own_stages = True

    def test_stages_added_for_a_team(self):
        """A stage of several teams is copied for one and stays with the others."""
        other = self._create_team()
        shared = self.Stage.create({"name": "Shared", "team_ids": [Command.set((self.team + other).ids)]})
        mine = self.Stage.create({"name": "Mine", "team_ids": [Command.set(self.team.ids)]})
        self.team.action_copy_stages()
        self.assertEqual(shared.team_ids, other)
        self.assertIn(mine, self.team.stage_ids)
        self.assertIn("Shared", self.team.stage_ids.mapped("name"))

    def test_flows_are_for_managers(self):
        """Handlers and supervisors read flows and change none."""
        for user in (self.handler, self.supervisor, self.auditor):
            team = self.team.with_user(user)
            for call in (
                lambda team: team.action_copy_stages(),
                lambda team: team.action_use_common_stages(),
                lambda team: team.action_add_after_sales(),
                lambda team: self.stage_received.with_user(team.env.user).action_archive(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call(team)
        self.team.with_user(self.manager).action_copy_stages()
        self.assertTrue(self.team.has_own_stages)

    # After-sales

    def test_after_sales_team_is_shipped_asleep(self):
        """Nothing of it is seen before somebody wants it; then it works, in each company once or more."""
        team = self.env.ref("customer_complaint.customer_complaint_team_after_sales")
        self.assertFalse(team.active)
        self.assertNotIn("Repair Reported", self.Stage._get_flow(self.team).mapped("name"))
        company = self.env["res.company"].create({"name": "Other"})
        self.manager.write({"company_ids": [Command.link(company.id)]})
        as_manager = self.env["customer.complaint.team"].with_user(self.manager)
        self.assertEqual(as_manager.action_add_after_sales()["res_id"], team.id)
        self.assertTrue(team.active)
        self.assertEqual(team._get_flow_findings(), [])
        action = (
            as_manager.with_company(company)
            .with_context(allowed_company_ids=company.ids)
            .action_add_after_sales()
        )
        copied = as_manager.browse(action["res_id"]).with_context(allowed_company_ids=company.ids)
        self.assertEqual((copied.company_id, copied.has_own_stages), (company, True))
        self.assertEqual(copied.sudo().stage_ids.mapped("name"), team.stage_ids.mapped("name"))
        self.assertFalse(copied.sudo().stage_ids & team.stage_ids)
        self.assertEqual(copied.sudo()._get_flow_findings(), [])

    # Check

    def test_check_finds_faults_in_words(self):
        """Dead ends, what nobody reaches, and roles nobody has are named."""
        self.assertEqual(self.team._get_flow_findings(), [])
        gone = self.stage_accepted.copy({"name": "Gone", "team_ids": [Command.set(self._create_team().ids)]})
        self.stage_investigating.next_stage_ids = gone
        self.stage_execution.entry_by = "manager"
        for stage in self.common - self.stage_proposed:
            stage.next_stage_ids = stage.next_stage_ids or (self.common - self.stage_proposed)
        text = " ".join(self.team._get_flow_findings())
        self.assertIn("Nobody can leave “Investigating”", text)
        self.assertIn("No allowed move leads to “Solution Proposed”", text)
        self.assertIn("service manager may enter “In Execution”", text)
        self.team.manager_id = self.manager
        self.assertNotIn("service manager", " ".join(self.team._get_flow_findings()))
        self.assertIn("“Investigating”", self.team.flow_findings)

    def test_people_are_not_locked_in_by_a_dead_end(self):
        """Even a stage that leads nowhere can be left with the button that takes the move back."""
        other = self.stage_accepted.copy({"name": "Gone", "team_ids": [Command.set(self._create_team().ids)]})
        complaint = self._create_complaint(user_id=self.handler.id).with_user(self.handler)
        complaint.stage_id = self.stage_accepted
        self.stage_accepted.next_stage_ids = other
        with self.assertRaises(UserError):
            complaint.stage_id = self.stage_execution
        complaint.action_back()
        self.assertEqual(complaint.stage_id, self.stage_received)

    def test_loop_of_next_stages(self):
        """Stages that lead to each other and to themselves are no endless loop for the program."""
        self.stage_received.next_stage_ids = self.stage_received + self.stage_accepted
        self.stage_accepted.next_stage_ids = self.stage_received
        findings = " ".join(self.team._get_flow_findings())
        self.assertIn("From “Received” no way leads to", findings)
        self.assertIn("<svg", self.team.flow_chart)

    def test_stage_that_asks_for_a_reason_needs_reasons(self):
        """A stage that asks what there is not is named, for waiting and for ending."""
        for model, text in (
            ("customer.complaint.waiting.reason", "no waiting reasons"),
            ("customer.complaint.ending.reason", "no ending reasons"),
        ):
            self.assertNotIn(text, " ".join(self.team._get_flow_findings()))
            self.env[model].search([]).active = False
            self.assertIn(text, " ".join(self.team._get_flow_findings()))

    # Chart

    def test_chart_shows_the_configuration(self):
        """Names, people, needs, limits and approvals stand in the chart, escaped."""
        self.team.name = f"Team {SCRIPT}"
        self.supervisor.name = "Li Mei"
        self.stage_accepted.write({"name": f"Accepted {SCRIPT}", "entry_by": "leader"})
        self.stage_closed.requirement_ids = self.env.ref(
            "customer_complaint.customer_complaint_requirement_verdict"
        )
        chart = str(self.team.with_user(self.handler).flow_chart)
        for text in ("Received", self.supervisor.name, "Verdict", "First Response 24", "Compensation"):
            self.assertIn(text, chart)
        self.assertNotIn("<script", chart)
        self.assertIn("&lt;script&gt;", chart)

    def test_chart_names_each_need_once(self):
        """What a stage asks for stands in its box once, also when it asks for all there is."""
        stage = self.stage_closed
        ticks = [name for name in stage._fields if name.startswith("needs_")]
        stage.write(dict.fromkeys(ticks, True))
        needs = [need.lower() for need in self.team._get_needs(stage)]
        self.assertGreaterEqual(len(needs), len(ticks) - 1)
        self.assertEqual(sorted(needs), sorted(set(needs)))

    def test_chart_without_stages_or_policies(self):
        """An empty configuration is drawn, too."""
        team = self.env["customer.complaint.team"].new({"name": "New"})
        self.assertFalse(team.flow_chart)
        self.env["customer.complaint.policy"].search([]).active = False
        self.assertIn("<svg", self.team.flow_chart)

    def test_chart_of_thirty_stages(self):
        """Thirty stages with many moves are drawn as boxes that do not overlap."""
        team = self._create_team()
        stages = self.Stage.create(
            [
                {"name": f"Step {index}", "team_ids": [Command.set(team.ids)], "sequence": index}
                for index in range(29)
            ]
            + [{"name": "End", "phase": "closed", "team_ids": [Command.set(team.ids)], "sequence": 99}]
        )
        for index, stage in enumerate(stages[:-1]):
            stage.next_stage_ids = stages[index + 1] + stages[(index * 7) % 30]
        team.has_own_stages = True
        self.assertEqual(team._get_flow_findings(), [])
        self.assertEqual(team._draw_flow().count("<rect x="), 30)

    def test_printed_chart(self):
        """The chart is printed for several teams, and downloaded."""
        report = self.env["ir.actions.report"].with_user(self.manager)
        teams = self.team + self._create_team()
        page, _kind = report._render_qweb_html(
            "customer_complaint.customer_complaint_team_report_flow", teams.ids
        )
        self.assertEqual(page.count(b"data:image/svg+xml;base64,"), 2)
        self.assertIn("flow_file", self.team.action_download_flow_chart()["url"])
        self.assertTrue(self.team.with_user(self.handler).flow_file)

    # Stages that go

    def test_archived_stage_asks_where_to(self):
        """Complaints leave a stage before it goes; without any it goes at once."""
        stage = self.stage_investigating.with_user(self.manager)
        archived = self._create_complaint(stage_id=self.stage_investigating.id)
        archived.active = False
        action = stage.action_archive()
        Wizard = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        wizard = Wizard.create({})
        self.assertEqual(wizard.count, 2)
        with self.assertRaisesRegex(UserError, "Choose"):
            wizard.action_confirm()
        wizard.target_id = self.stage_accepted
        wizard.action_confirm()
        self.assertFalse(self.stage_investigating.active)
        self.assertEqual((self.complaint + archived).stage_id, self.stage_accepted)
        self.stage_proposed.with_user(self.manager).action_archive()
        self.assertFalse(self.stage_proposed.active)

    def test_columns_of_the_board(self):
        """Opened for a team the board has the columns of its flow; stages in use are never hidden."""
        self.team.action_copy_stages()
        Complaint = self.env["customer.complaint"]
        groups = Complaint.with_context(default_team_id=self.team.id, read_group_expand=True)
        found = groups.formatted_read_group([("team_id", "=", self.team.id)], ["stage_id"], ["__count"])
        self.assertEqual([group["stage_id"][0] for group in found], self.team.stage_ids.ids)
        everywhere = Complaint.with_context(read_group_expand=True)
        found = everywhere.formatted_read_group([("team_id", "=", self.team.id)], ["stage_id"], ["__count"])
        shown = {group["stage_id"][0] for group in found}
        self.assertEqual(shown, set(self.team.stage_ids.ids))
