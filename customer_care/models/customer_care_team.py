from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.uses import find_used


class CustomerCareTeam(models.Model):
    """Colleagues who look after customers together, and who leads them."""

    _name = "customer.care.team"
    _description = "Customer Care Team"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._default_company_id(),
        index=True,
        help="Leave empty to share the team among all companies.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Leader",
        domain="[('share', '=', False), ('company_ids', 'in', company_id or allowed_company_ids)]",
        check_company=True,
        index="btree_not_null",
    )
    member_ids = fields.Many2many(
        "res.users",
        "customer_care_team_user_rel",
        "team_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False), ('company_ids', 'in', company_id or allowed_company_ids)]",
        check_company=True,
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        help="Working hours of this team. Without them those of the company's customer care count.",
    )

    def _default_company_id(self):
        return self.env.company

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = find_used(self, [("customer.callback.rule", "team_id")])
        if used:
            raise UserError(
                self.env._(
                    "Teams that callback rules name can only be archived: %(teams)s",
                    teams=", ".join(used.mapped("name")),
                )
            )

    def _care_calendar(self, company=None):
        """Return the calendar of the team, else of the customer care of the company; may be empty.

        :param company: default: the team's, else the current one; an empty team has only the company's
        """
        company = company or self.company_id or self.env.company
        return self.sudo().calendar_id or company._care_calendar()

    def _get_first_of(self, user, company):
        """Return the first of the teams with this member that serves ``company``; may be empty."""
        return self.filtered(
            lambda team: user in team.member_ids and (not team.company_id or team.company_id == company)
        )[:1]
