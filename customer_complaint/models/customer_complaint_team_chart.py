import base64

from markupsafe import Markup
from odoo import api, fields, models

from ..tools import flowchart
from .customer_complaint_stage import DONE_PHASES
from .customer_complaint_stage_closing import GATES

BOX_KINDS = {
    "open": "open",
    "waiting": "waiting",
    "resolved": "resolved",
    "closed": "done",
    "cancelled": "done",
}
# Height by width of what a printed page holds, with room for the line below.
PAGE_RATIO = 0.62
# What a stage asks for, drawn by the name of its field.
DRAWN = ("needs_tasks_done", "needs_acceptance", *GATES)
MAIN_PHASES = ("open", "resolved", "closed")


class CustomerComplaintTeam(models.Model):
    """The flow of a team as a chart, drawn from its configuration when it is looked at."""

    _inherit = "customer.complaint.team"

    flow_chart = fields.Html(compute="_compute_flow_chart", sanitize=False, groups="base.group_user")
    flow_findings = fields.Html(compute="_compute_flow_findings", sanitize=False, groups="base.group_user")
    flow_file = fields.Binary(
        compute="_compute_flow_file", string="Flow Chart as SVG", groups="base.group_user"
    )

    @api.depends_context("lang")
    def _compute_flow_chart(self):
        for team in self:
            chart = Markup(team._draw_flow()) if team.ids else ""
            team.flow_chart = chart and Markup("<div class='overflow-auto'>%s</div>") % chart

    @api.depends_context("lang")
    def _compute_flow_findings(self):
        for team in self:
            findings = team._get_flow_findings() if team.ids else []
            if findings:
                rows = Markup("").join(Markup("<li>%s</li>") % finding for finding in findings)
                box = (
                    Markup("<div class='alert alert-warning' role='alert'><ul class='mb-0'>%s</ul></div>")
                    % rows
                )
            else:
                text = self.env._("No fault found: every stage can be reached, left and brought to an end.")
                box = Markup("<p class='text-success'><i class='fa fa-check me-1'></i>%s</p>") % text
            team.flow_findings = team.ids and box

    @api.depends_context("lang")
    def _compute_flow_file(self):
        for team in self:
            team.flow_file = team.ids and base64.b64encode(team._draw_flow().encode())

    def action_open_flow_chart(self):
        """Show the chart on a page of its own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Flow Chart of %(team)s", team=self.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [
                (self.env.ref("customer_complaint.customer_complaint_team_view_form_flow_chart").id, "form")
            ],
        }

    def action_download_flow_chart(self):
        """Download the chart as SVG."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/flow_file?filename=flow-{self.id}.svg&download=true",
            "target": "download",
        }

    def _draw_flow(self):
        """Return the chart of the team's flow (SVG) in the reader's language."""
        self.ensure_one()
        stages = self.env["customer.complaint.stage"].sudo()._get_flow(self)
        main = stages.filtered(lambda stage: stage.phase in MAIN_PHASES)
        side = stages - main
        return flowchart.draw(
            [self._prepare_box(stage) for stage in main + side],
            self._get_arrows(main, side),
            title=self.env._("Complaint Flow: %(team)s", team=self.name),
            legend=[
                ("path", self.env._("usual way")),
                ("move", self.env._("allowed move")),
                ("back", self.env._("back")),
                ("wait", self.env._("waiting, and on from there")),
                ("reopen", self.env._("reopening")),
            ],
            notes=[*self._get_limit_notes(), *self._get_approval_notes()],
        )

    def _prepare_box(self, stage):
        names = {
            name: dict(stage._fields[name]._description_selection(self.env))
            for name in ("phase", "clock_effect")
        }
        lines = [
            self.env._(
                "%(phase)s · time limits: %(effect)s",
                phase=names["phase"][stage.phase],
                effect=names["clock_effect"][stage.clock_effect].lower(),
            )
        ]
        entry = stage.entry_by != "all" and stage._get_entry_text(self)
        if entry:
            lines.append(self.env._("Moved in by: %(who)s", who=entry))
        needs = self._get_needs(stage)
        if needs:
            lines.append(self.env._("Needs: %(what)s", what="; ".join(needs)))
        if stage.mail_template_id:
            lines.append(self.env._("The customer is told"))
        if not stage.next_stage_ids and stage.phase not in DONE_PHASES:
            lines.append(self.env._("Then: any stage"))
        return flowchart.Box(stage.id, stage.name, lines, BOX_KINDS[stage.phase])

    def _get_needs(self, stage):
        """Return what the stage asks for, as texts. Override to add more."""
        needs = stage.requirement_ids.mapped("name")
        if stage.needs_reason:
            needs.append(self.env._("reason"))
        if stage.needs_investigation:
            needs.append(self.env._("investigation complete"))
        needs += [stage._fields[name]._description_string(self.env).lower() for name in DRAWN if stage[name]]
        if stage.phase == "closed":
            needs.append(self.env._("compensations decided and executed"))
        elif stage.phase == "resolved" or stage.needs_approvals_done:
            needs.append(self.env._("compensations decided"))
        return needs

    def _get_arrows(self, main, side):
        """Return the arrows: the usual way, moves that stages name, waiting and reopening."""
        order = {stage.id: index for index, stage in enumerate(main + side)}
        arrows = [
            flowchart.Arrow(stage.id, follower.id, "path")
            for stage, follower in zip(main, main[1:], strict=False)
            if follower._is_next_of(stage)
        ]
        known = {arrow[:2] for arrow in arrows}
        for stage in main + side:
            for follower in stage.next_stage_ids:
                if (stage.id, follower.id) not in known and follower.id in order:
                    kind = "move" if order[follower.id] > order[stage.id] else "back"
                    waits = "waiting" in (stage.phase, follower.phase)
                    arrows.append(flowchart.Arrow(stage.id, follower.id, "wait" if waits else kind))
        for stage in side.filtered(lambda stage: stage.phase == "waiting"):
            arrows.extend(self._get_waiting_arrows(stage, main))
        begin = self.env["customer.complaint.stage"]._get_first(self)
        ends = (main + side).filtered(lambda stage: stage.phase in DONE_PHASES)
        return arrows + [flowchart.Arrow(stage.id, begin.id, "reopen") for stage in ends]

    def _get_waiting_arrows(self, stage, main):
        """Return where one usually comes to a waiting stage from and goes on to, unless the stages say it."""
        before = main.filtered(lambda other: other.sequence <= stage.sequence and other.phase == "open")[-1:]
        arrows = []
        if before and not before.next_stage_ids:
            arrows.append(flowchart.Arrow(before.id, stage.id, "wait"))
        if before and not stage.next_stage_ids:
            arrows.append(flowchart.Arrow(stage.id, before.id, "wait"))
        return arrows

    def _get_limit_notes(self):
        """Return the time limits of the policies that concern the team, as texts."""
        policies = (
            self.env["customer.complaint.policy"]
            .sudo()
            .search([("company_id", "in", [self.company_id.id, False]), ("team_ids", "in", [self.id, False])])
        )
        Line = self.env["customer.complaint.policy.line"]
        names = {
            name: dict(Line._fields[name]._description_selection(self.env)) for name in ("target", "unit")
        }
        notes = []
        for policy in policies:
            limits = [
                f"{names['target'][line.target]} {line.limit:g} {names['unit'][line.unit]}"
                for line in policy.line_ids
            ]
            if limits:
                names_limits = {"policy": policy.name, "limits": ", ".join(limits)}
                notes.append(self.env._("Time limits “%(policy)s”: %(limits)s", **names_limits))
        return notes

    def _get_approval_notes(self):
        """Return who approves compensations, as texts."""
        rules = (
            self.env["customer.approval.rule"]
            .sudo()
            .search(
                [
                    ("model_id.model", "=", "customer.complaint.compensation"),
                    ("company_id", "in", [self.company_id.id, False]),
                ]
            )
        )
        return [" ".join(rule.summary.split()) for rule in rules if rule.summary]

    # Printing

    def _get_flow_image(self):
        """Return the chart as the source of a picture."""
        return "data:image/svg+xml;base64," + self.flow_file.decode()

    def _get_flow_style(self):
        """Return the width at which the chart fills a page of A4 across, and no more.

        As a share of the page: how long a millimetre is depends on the program that prints.
        """
        width, height = flowchart.get_size(self._draw_flow())
        return f"width: {min(100, 100 * PAGE_RATIO * width / height):.1f}%;"

    def _get_flow_moment(self):
        return fields.Datetime.now()
