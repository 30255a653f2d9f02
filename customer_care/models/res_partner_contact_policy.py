import pytz
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.days import get_day_sql

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"
COMPARISONS = {"<=": SQL("<="), "<": SQL("<"), ">=": SQL(">="), ">": SQL(">")}


class ResPartner(models.Model):
    """When a customer has to be contacted again: by the grade's policy, counted from the last contact."""

    _inherit = "res.partner"

    care_grade_id = fields.Many2one(group_expand="_care_expand_grades")
    care_grade_color = fields.Integer(
        related="care_grade_id.color", string="Color of the Grade", groups="base.group_user"
    )
    care_last_contact_date = fields.Date(
        string="Last Contact",
        compute="_compute_care_contact_dates",
        groups=READERS,
        help="Day of the last contact, with the customer or one of the contacts, that counts as one.",
    )
    care_next_contact_date = fields.Date(
        string="Next Contact Due",
        compute="_compute_care_contact_dates",
        search="_search_care_next_contact_date",
        groups=READERS,
        help="Last contact (without one, the day of the grade) and the days of the grade's policy.",
    )
    care_is_score_falling = fields.Boolean(
        string="Score Falling",
        compute="_compute_care_is_score_falling",
        search="_search_care_is_score_falling",
        groups=READERS,
    )

    # The grade list begins with the best.
    _care_grade_list_idx = models.Index("(care_score DESC, id DESC) WHERE care_grade_id IS NOT NULL")

    @api.model
    def _care_expand_grades(self, grades, domain):
        """Show all grades as columns."""
        return grades.sudo().search(Domain.TRUE).sudo(False)

    @api.depends_context("tz")
    def _compute_care_contact_dates(self):
        last = self._care_get_last_contacts()
        for partner in self:
            grade = partner.sudo().care_grade_id
            contact = last.get(partner.commercial_partner_id.id)
            begin = contact or partner.care_grade_date
            partner.care_last_contact_date = contact
            partner.care_next_contact_date = (
                fields.Date.add(begin, days=grade.contact_interval_days)
                if begin and grade.contact_interval_days
                else False
            )

    def _care_get_last_contacts(self):
        """Return ``{commercial_partner_id: day of the last contact}`` in one query."""
        # As superuser: whose contact it was does not matter here, and nothing but the day is told.
        groups = (
            self.env["customer.contact.log"]
            .sudo()
            ._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids), ("is_counted", "=", True)],
                ["commercial_partner_id"],
                ["date_start:max"],
            )
        )
        return {partner.id: fields.Date.context_today(self, moment) for partner, moment in groups if moment}

    def _search_care_next_contact_date(self, operator, value):
        if operator in COMPARISONS:
            day = fields.Date.to_date(value)
            condition = SQL("due.day %s %s", COMPARISONS[operator], day)
        elif operator == "in":
            days = tuple(fields.Date.to_date(day) for day in value if day)
            condition = SQL("due.day IN %s", days) if days else SQL("FALSE")
            if False in value or None in value:
                return ~Domain.custom(to_sql=self._care_get_due_sql(SQL("TRUE"))) | Domain.custom(
                    to_sql=self._care_get_due_sql(condition)
                )
        else:
            return NotImplemented
        return Domain.custom(to_sql=self._care_get_due_sql(condition))

    def _care_get_due_sql(self, condition):
        """Return the function that gives the SQL of a domain: customers whose ``due.day`` meets the condition."""
        contacted = get_day_sql(SQL("contact.moment"), self._care_get_zone())
        self.env["customer.contact.log"].flush_model(["commercial_partner_id", "date_start", "is_counted"])
        self.env["customer.grade"].flush_model(["contact_interval_days"])

        def to_sql(model, alias, query):
            return SQL(
                """
                %(id)s IN (
                    SELECT due.id FROM (
                        SELECT partner.id,
                               COALESCE(%(contacted)s, partner.care_grade_date) + grade.contact_interval_days AS day
                          FROM res_partner partner
                          JOIN customer_grade grade ON grade.id = partner.care_grade_id
                          LEFT JOIN (
                                SELECT commercial_partner_id, MAX(date_start) AS moment
                                  FROM customer_contact_log
                                 WHERE is_counted
                                 GROUP BY commercial_partner_id
                               ) contact ON contact.commercial_partner_id = partner.commercial_partner_id
                         WHERE grade.contact_interval_days > 0
                    ) due WHERE due.day IS NOT NULL AND %(condition)s)
                """,
                id=SQL.identifier(alias, "id"),
                contacted=contacted,
                condition=condition,
            )

        return to_sql

    def _care_get_zone(self):
        """Return the name of the user's time zone."""
        name = self.env.context.get("tz") or self.env.user.tz or "UTC"
        return name if name in pytz.all_timezones_set else "UTC"

    @api.depends("care_score", "care_previous_score")
    def _compute_care_is_score_falling(self):
        for partner in self:
            partner.care_is_score_falling = bool(
                partner.care_grade_id and partner.care_score < partner.care_previous_score
            )

    def _search_care_is_score_falling(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("care_grade_id", "!=", False) & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s < %s",
                model._field_to_sql(alias, "care_score", query),
                model._field_to_sql(alias, "care_previous_score", query),
            )
        )
