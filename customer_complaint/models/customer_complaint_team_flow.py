from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..tools import flowcheck
from .customer_complaint_stage import DONE_PHASES


class CustomerComplaintTeam(models.Model):
    """The flow of a team: the common stages and those added for it, or a set of its own."""

    _inherit = "customer.complaint.team"

    stage_ids = fields.Many2many("customer.complaint.stage", string="Own Stages")
    has_own_stages = fields.Boolean(
        string="Own Flow",
        help="Complaints of this team use only the stages of the team, not those of all teams.",
    )

    def write(self, vals):
        if {"stage_ids", "has_own_stages"}.isdisjoint(vals):
            return super().write(vals)
        Stage = self.env["customer.complaint.stage"]
        before = self.stage_ids if "stage_ids" in vals else self.stage_ids.browse()
        # A flow of its own is set up step by step.
        endless = Stage._get_teams_without("closed") | set(self.ids if "has_own_stages" in vals else ())
        result = super().write(vals)
        # A stage without team would be one of all teams.
        (before - self.stage_ids).filtered(lambda stage: not stage.team_ids).unlink()
        self.env.registry.clear_cache()
        Stage._check_open_stage_left()
        Stage._check_closing_stage_left(endless)
        self._move_misfits()
        return result

    def copy(self, default=None):
        """Give the copy of a team with a flow of its own a set of its own."""
        copies = super().copy({**(default or {}), "stage_ids": [Command.clear()], "has_own_stages": False})
        for team, copied in zip(self, copies, strict=True):
            if team.has_own_stages:
                copied._take_flow(team.stage_ids)
        return copies

    def action_copy_stages(self):
        """Give the team its own set of stages, which can be changed without touching other teams."""
        self.check_access("write")
        for team in self:
            if team.has_own_stages:
                raise UserError(self.env._("The team %(team)s has its own stages already.", team=team.name))
            team._take_flow(self.env["customer.complaint.stage"]._get_flow(team))

    def action_use_common_stages(self):
        """Go back to the common stages; the team's own stages are archived."""
        self.check_access("write")
        Stage = self.env["customer.complaint.stage"]
        for team in self.filtered("has_own_stages"):
            own = team.stage_ids.sudo().filtered(lambda stage, team=team: stage.team_ids == team)
            team.has_own_stages = False
            flow = Stage._get_flow(team) - own
            for stage in own:
                similar = flow.filtered(lambda other, stage=stage: other._get_phase() == stage.phase)
                target = flow.filtered(lambda other, stage=stage: other == stage.origin_id) or similar or flow
                team._get_complaints(stage)._relabel_stage(target[:1])
            # They stay of the team, so that the history can be read.
            own.active = False

    def action_open_stages(self):
        """Open the stages that complaints of the team use."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_stage_action"
        )
        context = {"default_team_ids": self.ids} if self.has_own_stages else {}
        return {**action, "domain": [("flow_team_id", "=", self.id)], "context": context}

    def action_add_after_sales(self):
        """Set up the team for after-sales service with its stages in the user's company, and open it."""
        self.browse().check_access("create")
        company = self.env.company
        # As superuser: the team that is shipped may be of another company.
        team = self.env.ref("customer_complaint.customer_complaint_team_after_sales", False)
        team = team.sudo() if team else self.browse()
        if not team.exists():
            raise UserError(self.env._("The team for after-sales service was deleted."))
        if team.active or team.company_id != company:
            team = team.copy({"company_id": company.id, "calendar_id": False})
        team.active = True
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": team.id,
            "views": [(False, "form")],
        }

    def _has_own_flow(self):
        """Return whether the team (may be empty) uses only its own stages."""
        return bool(self.id) and self._get_facts()[self.id]["has_own_stages"]

    def _take_flow(self, stages):
        """Make copies of ``stages`` the team's own flow; its complaints go to the copies."""
        self.ensure_one()
        stages = stages.sudo()
        own = {stage: stage for stage in stages if stage.team_ids == self}
        for stage in stages - stages.browse().union(*own):
            origin = stage.origin_id or stage
            own[stage] = stage.copy(
                {"team_ids": [Command.set(self.ids)], "next_stage_ids": False, "origin_id": origin.id}
            )
        for stage, copied in own.items():
            following = stage.next_stage_ids
            copied.next_stage_ids = stages.browse().union(
                *(own[after] for after in following if after in own)
            )
        for stage, copied in own.items():
            if stage != copied:
                stage.team_ids -= self
        self.has_own_stages = True

    def _get_complaints(self, stage):
        """Return the complaints of the team that are in ``stage``, as superuser."""
        Complaint = self.env["customer.complaint"].sudo().with_context(active_test=False)
        return Complaint.search([("team_id", "in", self.ids), ("stage_id", "=", stage.id)])

    def _move_misfits(self):
        """Take the complaints of the team to the stages of its flow that correspond to where they are."""
        Complaint = self.env["customer.complaint"].sudo().with_context(active_test=False)
        for team in self:
            for (stage,) in Complaint._read_group([("team_id", "=", team.id)], ["stage_id"]):
                if stage._is_open_to(team):
                    continue
                counterpart = stage._get_counterpart(team)
                if not counterpart:
                    raise UserError(
                        self.env._(
                            "The team %(team)s has complaints in %(stage)s, for which its flow has no stage.",
                            team=team.name,
                            stage=stage.name,
                        )
                    )
                team._get_complaints(stage)._relabel_stage(counterpart)

    # Check

    def _get_flow_findings(self):
        """Return what is wrong with the team's flow, in words; empty when all is well."""
        self.ensure_one()
        stages = self.env["customer.complaint.stage"].sudo()._get_flow(self)
        steps = [
            flowcheck.Step(
                stage.id,
                stage.phase,
                tuple(follower.id for follower in stage.next_stage_ids if follower in stages),
                bool(stage.next_stage_ids),
            )
            for stage in stages
        ]
        texts = self._get_finding_texts()
        names = {stage.id: stage.name for stage in stages}
        findings = [
            texts[finding.kind] % {"stage": names.get(finding.key, ""), "team": self.name}
            for finding in flowcheck.check(steps, done=DONE_PHASES)
        ]
        for stage in stages:
            findings.extend(self._check_entry_people(stage))
        asked = {stage._get_reason_name() for stage in stages}
        for name, text in {
            "waiting_reason_id": self.env._(
                "A stage asks what a complaint waits for, but there are no waiting reasons."
            ),
            "ending_reason_id": self.env._(
                "A stage asks why a complaint is rejected or withdrawn, but there are no ending reasons."
            ),
        }.items():
            reasons = self.env[self.env["customer.complaint"]._fields[name].comodel_name].sudo()
            if name in asked and not reasons.search_count([], limit=1):
                findings.append(text)
        return findings

    def _get_finding_texts(self):
        return {
            "empty": self.env._("The team %(team)s has no stages."),
            "no_begin": self.env._("There is no open stage in which a complaint could begin."),
            "no_end": self.env._("There is no stage that closes complaints."),
            "dead_end": self.env._("Nobody can leave “%(stage)s”: none of its next stages is in use."),
            "unreachable": self.env._("No allowed move leads to “%(stage)s”."),
            "endless": self.env._("From “%(stage)s” no way leads to a stage that ends the complaint."),
        }

    def _check_entry_people(self, stage):
        """Return the findings about who may move complaints of the team into the stage."""
        name = stage.name
        if stage.entry_by == "manager" and not (self.manager_id or stage.group_ids):
            return [
                self.env._("Only the service manager may enter “%(stage)s”; the team has none.", stage=name)
            ]
        if stage.entry_by == "leader" and not (self.user_id or self.manager_id or stage.group_ids):
            return [self.env._("Only the team leader may enter “%(stage)s”; the team has none.", stage=name)]
        if stage.entry_by == "groups" and not stage.group_ids.all_user_ids:
            return [self.env._("Nobody is in the groups that may enter “%(stage)s”.", stage=name)]
        return []
