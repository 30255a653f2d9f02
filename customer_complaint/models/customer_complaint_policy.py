from odoo import api, fields, models, tools

from .customer_complaint import SEVERITIES


class CustomerComplaintPolicy(models.Model):
    """Time limits for the complaints that match; the first policy by sequence wins.

    What is needed to match is kept in the registry's cache, so that registering a complaint reads no policy.
    """

    _name = "customer.complaint.policy"
    _description = "Complaint Time Limit Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
    team_ids = fields.Many2many("customer.complaint.team", string="Teams", help="Leave empty for all teams.")
    category_ids = fields.Many2many(
        "customer.complaint.category",
        string="Categories",
        help="Leave empty for all. Categories below the chosen ones are included.",
    )
    severity = fields.Selection(SEVERITIES, help="Leave empty for all.")
    line_ids = fields.One2many("customer.complaint.policy.line", "policy_id", string="Limits", copy=True)

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._after_change()
        return policies

    def write(self, vals):
        result = super().write(vals)
        self._after_change()
        return result

    def unlink(self):
        result = super().unlink()
        self._after_change()
        return result

    def action_refresh_clocks(self):
        """Compute the time limits of all open complaints of the user's companies anew."""
        self.check_access("write")
        self.env["customer.complaint"]._request_clock_refresh([("company_id", "in", self.env.companies.ids)])

    def _after_change(self):
        self.env.registry.clear_cache()
        self.env["customer.complaint"]._request_clock_refresh([])

    @api.model
    @tools.ormcache()
    def _get_rules(self):
        """Return ((id, company, teams, categories, severity, limits), ...) by sequence, as plain ids.

        ``limits`` is ((target, limit, unit), ...). Empty conditions are None or empty.
        """
        Category = self.env["customer.complaint.category"].sudo().with_context(active_test=False)
        return tuple(
            (
                policy.id,
                policy.company_id.id,
                frozenset(policy.team_ids.ids),
                frozenset(
                    policy.category_ids and Category.search([("id", "child_of", policy.category_ids.ids)]).ids
                ),
                policy.severity,
                tuple((line.target, line.limit, line.unit) for line in policy.line_ids),
            )
            for policy in self.sudo().with_context(active_test=True).search([])
        )

    @api.model
    def _match(self, complaint):
        """Return (policy id, limits) for a complaint, (False, ()) when no policy matches."""
        for policy_id, company, teams, categories, severity, limits in self._get_rules():
            if (
                (not company or company == complaint.company_id.id)
                and (not teams or complaint.team_id.id in teams)
                and (not categories or complaint.category_id.id in categories)
                and (not severity or severity == complaint.severity)
            ):
                return policy_id, limits
        return False, ()
