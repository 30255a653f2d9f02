from ast import literal_eval

from odoo import api, fields, models, tools
from odoo.addons.customer_care.tools.uses import find_used
from odoo.exceptions import UserError

from .customer_complaint_stage import OPEN_PHASES


class CustomerComplaintTeam(models.Model):
    """Who handles complaints together: address, working time, flow of stages and people."""

    _name = "customer.complaint.team"
    _description = "Complaint Team"
    _inherit = ["mail.alias.mixin", "mail.thread", "customer.cached.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Team Leader",
        tracking=True,
        check_company=True,
        index="btree_not_null",
        domain=[("share", "=", False)],
    )
    manager_id = fields.Many2one(
        "res.users",
        string="Service Manager",
        tracking=True,
        check_company=True,
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="Joins when a complaint is major or of a key customer, and is told when time limits are exceeded.",
    )
    member_ids = fields.Many2many(
        "res.users",
        "customer_complaint_team_user_rel",
        "team_id",
        "user_id",
        string="Members",
        domain=[("share", "=", False)],
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Time",
        check_company=True,
        help="In which time limits are counted. Leave empty to take the company's.",
    )
    open_count = fields.Integer(compute="_compute_counts", string="Open")
    unassigned_count = fields.Integer(compute="_compute_counts", string="Unassigned")
    late_count = fields.Integer(compute="_compute_counts", string="Late")

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        self._set_cached_names()

    def _read_by_team(self, model, domain, aggregates=("__count",)):
        """Return [(team, aggregate, ...), ...] of what the reader may see.

        Nothing for employees who may open a team but no complaint.
        """
        Model = self.env[model]
        if not Model.has_access("read"):
            return []
        return Model._read_group([("team_id", "in", self.ids), *domain], ["team_id"], aggregates)

    def _compute_counts(self):
        counts = {
            (key, team.id): count
            for key, domain in self._get_count_domains().items()
            for team, count in self._read_by_team("customer.complaint", domain)
        }
        for team in self:
            team.open_count = counts.get(("open", team.id), 0)
            team.unassigned_count = counts.get(("unassigned", team.id), 0)
            team.late_count = counts.get(("late", team.id), 0)

    @api.model
    def _get_cached_fields(self):
        return {"calendar_id", "company_id", "active", "sequence", "has_own_stages", "name"}

    def write(self, vals):
        result = super().write(vals)
        if "calendar_id" in vals or "company_id" in vals:
            self.env["customer.complaint"]._request_clock_refresh([("team_id", "in", self.ids)])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep complaints with their team, and policies and stages of one team from being of all."""
        message = self.env._("Complaints keep their team: these teams can only be archived.")
        self.env["customer.complaint"]._raise_used(message, self, "team_id")
        used = find_used(self, self._get_uses())
        if used:
            raise UserError(
                self.env._(
                    "These teams are in use and can only be archived: %(teams)s",
                    teams=", ".join(used.mapped("display_name")),
                )
            )

    def action_open_complaints(self):
        """Open the complaints of the team that are not done."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_complaint.customer_complaint_action")
        return {
            **action,
            "display_name": self.name,
            "domain": [("team_id", "=", self.id)],
            "context": {"default_team_id": self.id, **self._get_dashboard_filter()},
        }

    def _get_uses(self):
        """Return [(model, field)] that must not lose a team. Override to add more."""
        return [
            ("customer.complaint", "team_id"),
            ("customer.complaint.policy", "team_ids"),
            ("customer.complaint.stage", "team_ids"),
        ]

    def _get_count_domains(self):
        """Return the domain of each counter of the overview."""
        is_open = ("phase", "in", OPEN_PHASES)
        return {
            "open": [is_open],
            "unassigned": [is_open, ("user_id", "=", False)],
            "late": [("is_late", "=", True)],
        }

    def _get_dashboard_filter(self):
        """Return the search filter for the counter that was clicked."""
        wanted = self.env.context.get("complaint_filter")
        return {f"search_default_{wanted if wanted in ('unassigned', 'late') else 'open'}": 1}

    @api.model
    def _get_default_teams(self, companies):
        """Return {company: first team}, for complaints that name none."""
        first = {}
        for team_id, facts in self._get_facts().items():
            if facts["active"]:
                first.setdefault(facts["company_id"], self.browse(team_id))
        return {company: first[company.id] for company in companies if company.id in first}

    def _get_calendar(self):
        """Return the team's own working time, may be empty."""
        return self.env["resource.calendar"].browse(self.id and self._get_facts()[self.id]["calendar_id"])

    @api.model
    @tools.ormcache()
    def _get_facts(self):
        """Return {team id: dict of company_id, calendar_id, active} in order.

        Kept in the registry's cache: each complaint asks, administrators rarely change a team.
        """
        return {
            team.id: {
                "company_id": team.company_id.id,
                "calendar_id": team.calendar_id.id,
                "active": team.active,
                "has_own_stages": team.has_own_stages,
            }
            for team in self.sudo().with_context(active_test=False).search([])
        }

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get("customer.complaint").id
        if self.id:
            defaults = literal_eval(self.alias_defaults or "{}")
            values["alias_defaults"] = {**defaults, "team_id": self.id}
        return values
