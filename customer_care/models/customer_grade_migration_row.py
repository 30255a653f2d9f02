from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGradeMigrationRow(models.Model):
    """The grade of each customer on two days, read from the applied results when looked at.

    The context keys ``care_date_from`` and ``care_date_to`` name the days, ``care_scheme_id`` the scheme by which
    the customers were graded; without days it is the year up to today.
    """

    _name = "customer.grade.migration.row"
    _description = "Migration of Grades"
    _auto = False
    _order = "steps, partner_id"
    _rec_name = "partner_id"
    _depends = {
        "res.partner": [
            "care_user_id",
            "care_team_id",
            "company_id",
            "commercial_partner_id",
            "active",
            "care_score",
        ],
        "customer.grading.result": ["partner_id", "grade_id", "date", "state", "is_dry_run", "scheme_id"],
        "customer.grade": ["sequence"],
    }

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    is_active = fields.Boolean(string="Active", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    care_user_id = fields.Many2one("res.users", string="Responsible Specialist", readonly=True)
    care_team_id = fields.Many2one("customer.care.team", readonly=True)
    care_score = fields.Float(string="Score Now", readonly=True, digits=(5, 2), aggregator="avg")
    grade_from_id = fields.Many2one("customer.grade", string="Grade at the Start", readonly=True)
    grade_to_id = fields.Many2one("customer.grade", string="Grade at the End", readonly=True)
    steps = fields.Integer(readonly=True, aggregator="sum", help="Grades up (+) or down (-).")
    direction = fields.Selection(
        [
            ("better", "Better"),
            ("worse", "Worse"),
            ("same", "Unchanged"),
            ("new", "First graded"),
            ("ended", "No longer graded"),
        ],
        readonly=True,
    )

    @property
    def _table_query(self):
        date_from, date_to = self.env["customer.retention.row"]._get_period()
        # With the reader's rights: whoever may not see a customer does not count him. Archived ones count.
        customers = self.env["res.partner"].with_context(active_test=False)._search([])
        customers.add_where("res_partner.commercial_partner_id = res_partner.id")
        scheme_id = self.env.context.get("care_scheme_id")
        graded = (
            SQL(
                "SELECT partner_id FROM customer_grading_result WHERE scheme_id = %s AND NOT is_dry_run",
                scheme_id,
            )
            if isinstance(scheme_id, int) and scheme_id
            else SQL("SELECT id FROM res_partner")
        )
        return SQL(
            """
            SELECT partner.id, partner.id AS partner_id, partner.active AS is_active, partner.company_id,
                   partner.care_user_id, partner.care_team_id, partner.care_score,
                   old.grade_id AS grade_from_id, new.grade_id AS grade_to_id,
                   old_rank.rank - new_rank.rank AS steps,
                   CASE WHEN old.grade_id IS NULL THEN 'new'
                        WHEN new.grade_id IS NULL THEN 'ended'
                        WHEN new_rank.rank < old_rank.rank THEN 'better'
                        WHEN new_rank.rank > old_rank.rank THEN 'worse'
                        ELSE 'same' END AS direction
              FROM (%(new)s) new
              LEFT JOIN (%(old)s) old ON old.partner_id = new.partner_id
              JOIN res_partner partner ON partner.id = new.partner_id
              LEFT JOIN (%(ranks)s) old_rank ON old_rank.id = old.grade_id
              LEFT JOIN (%(ranks)s) new_rank ON new_rank.id = new.grade_id
             WHERE (old.grade_id IS NOT NULL OR new.grade_id IS NOT NULL)
               AND partner.id IN %(customers)s
               AND partner.id IN (%(graded)s)
            """,
            old=self._get_grade_query(date_from),
            new=self._get_grade_query(date_to),
            ranks=SQL("SELECT id, row_number() OVER (ORDER BY sequence, id) AS rank FROM customer_grade"),
            customers=customers.subselect(),
            graded=graded,
        )

    @api.model
    def _get_grade_query(self, date):
        """Return SQL that selects ``partner_id, grade_id`` of the customers at the end of a day.

        The grade at a day is that of the last applied result at or before it.
        """
        return SQL(
            """
            SELECT DISTINCT ON (partner_id) partner_id, grade_id
              FROM customer_grading_result
             WHERE state = 'applied' AND is_dry_run IS NOT TRUE AND date <= %s
             ORDER BY partner_id, date DESC, id DESC
            """,
            date,
        )
