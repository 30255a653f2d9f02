from odoo import fields, models
from odoo.tools import SQL


class CustomerCallbackRule(models.Model):
    """Whom a rule may call, and whom first when it cannot call all."""

    _inherit = "customer.callback.rule"

    is_phone_needed = fields.Boolean(
        string="Only with a Phone Number",
        help="Leave out customers of whom, and of whose contacts, no phone number is known. Otherwise "
        "they are planned, so that somebody finds out the number.",
    )
    is_once_enough = fields.Boolean(
        string="Leave Out Who Is Called Anyway",
        help="Leave out customers with a planned callback of another rule or by hand.",
    )
    selection = fields.Selection(
        [
            ("all", "All, by date"),
            ("random", "A random sample"),
            ("satisfaction", "Lowest satisfaction first"),
            ("grade", "Best grade first"),
            ("region", "By region"),
            ("contact", "Longest not contacted first"),
        ],
        string="Selection Method",
        default="all",
        required=True,
        help="The order counts when there is a maximum: the first are called, the others in a later run.",
    )
    max_count = fields.Integer(string="At Most in a Run", help="0: no maximum.")

    _check_percent = models.Constraint(
        "CHECK(selection <> 'random' OR (percent > 0 AND percent <= 100))",
        "A sample holds more than 0 % and at most 100 % of the customers.",
    )
    _check_max_count = models.Constraint("CHECK(max_count >= 0)", "The maximum of a run cannot be negative.")

    def action_draw_anew(self):
        """Draw another random sample; untouched future callbacks are planned anew by the next run."""
        self.check_access("write")
        for rule in self:
            rule.sudo().write(
                {"seed": self._get_new_seed(), "is_changed": rule.is_changed or rule.is_periodic}
            )
        return True

    # Sample and order, over the rows ``customer`` (res_partner) and ``due``

    def _get_sample_sql(self, customer):
        return super()._get_sample_sql(customer) if self.selection == "random" else SQL("TRUE")

    def _get_order_sql(self, part):
        """Return joins and the ORDER BY of the choice."""
        by_date = SQL("date_from, id")
        if self.selection == "satisfaction":
            joins = SQL(
                "LEFT JOIN (%s) satisfaction ON satisfaction.id = due.id", self._get_satisfaction_sql()
            )
            return joins, SQL("satisfaction.value"), SQL("place_by NULLS LAST, %s", by_date)
        if self.selection == "grade":
            joins = SQL("LEFT JOIN customer_grade rank ON rank.id = customer.care_grade_id")
            return (
                joins,
                SQL("rank.sequence * 1000000::bigint + rank.id"),
                SQL("place_by NULLS LAST, %s", by_date),
            )
        if self.selection == "region":
            place = SQL(
                "lpad(COALESCE(customer.country_id, 0)::text, 9, '0')"
                " || lpad(COALESCE(customer.state_id, 0)::text, 9, '0') || COALESCE(customer.city, '')"
            )
            return SQL(), place, SQL("place_by, %s", by_date)
        if self.selection == "contact":
            joins = SQL("LEFT JOIN (%s) talked ON talked.id = due.id", self._get_contacts_sql(part))
            return joins, SQL("talked.day"), SQL("place_by NULLS FIRST, %s", by_date)
        return SQL(), SQL("NULL::int"), by_date

    def _get_satisfaction_sql(self):
        """Return the SELECT of ``id, value``: the last answer of each customer. Override to take other answers."""
        return SQL(
            "SELECT DISTINCT ON (commercial_partner_id) commercial_partner_id AS id, satisfaction AS value"
            " FROM customer_callback WHERE state = 'done' AND satisfaction > 0"
            " ORDER BY commercial_partner_id, done_datetime DESC"
        )
