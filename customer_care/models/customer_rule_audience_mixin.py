import secrets
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

FILTERS = ("grade_ids", "stage_ids", "country_ids", "state_ids", "customer_team_ids")


class CustomerRuleAudienceMixin(models.AbstractModel):
    """Whom a rule means: filters on the customer, and a random sample that is the same whenever it is drawn."""

    _name = "customer.rule.audience.mixin"
    _description = "Customers of a Rule"

    partner_domain = fields.Char(
        string="Only Customers", default="[]", help="Only customers that match this filter. Empty: all."
    )
    grade_ids = fields.Many2many("customer.grade", string="Only Grades", context={"active_test": False})
    stage_ids = fields.Many2many(
        "customer.lifecycle.stage", string="Only Life-Cycle Stages", context={"active_test": False}
    )
    country_ids = fields.Many2many("res.country", string="Only Countries")
    state_ids = fields.Many2many("res.country.state", string="Only States")
    customer_team_ids = fields.Many2many(
        "customer.care.team", string="Only Customers of Teams", context={"active_test": False}
    )
    percent = fields.Float(
        string="Sample (%)",
        default=10,
        digits=(5, 2),
        help="Each customer is in the sample or not, the same in each run and in the preview, until it is drawn anew.",
    )
    seed = fields.Char(
        default=lambda self: self._get_new_seed(),
        readonly=True,
        copy=False,
        help="What the sample is drawn by: the same seed gives the same sample.",
    )

    @api.model
    def _get_new_seed(self):
        return secrets.token_hex(4)

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        # By the rights of who writes it: counting customers must not tell what the writer may not read.
        Partner = self.env["res.partner"].sudo(False)
        for rule in self:
            try:
                domain = rule._get_partner_domain()
                domain.validate(Partner)
                Partner._search(domain, limit=1).select()
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The filter of the rule %(name)s cannot be used: %(error)s",
                        name=rule.name,
                        error=str(error).split("\n")[0],
                    )
                ) from error

    def _get_partner_domain(self):
        """Return the own filter as a ``Domain``.

        :raises ValueError, SyntaxError: it is none
        """
        return Domain(literal_eval((self.partner_domain or "").strip() or "[]"))

    def _get_customer_domain(self):
        """Return all filters as a ``Domain`` on the customer. Override to add one."""
        domain = self._get_partner_domain()
        for name, column in zip(
            FILTERS,
            ("care_grade_id", "care_lifecycle_stage_id", "country_id", "state_id", "care_team_id"),
            strict=True,
        ):
            if self[name]:
                domain &= Domain(column, "in", self[name].ids)
        return domain

    def _get_customer_query(self, domain):
        """Return the query of the customers that the filters match, as superuser; contacts and colleagues are none.

        :raises UserError: the filter cannot be used any more
        """
        # The language of who starts a run must not decide what a filter matches.
        Partner = self.env["res.partner"].sudo().with_context(active_test=True, lang=None)
        try:
            wanted = self._get_customer_domain() & domain & Domain("partner_share", "=", True)
            query = Partner._search(wanted & Domain("active", "=", True), order=None)
            query.select()
        except Exception as error:
            raise UserError(
                self.env._(
                    "The filter of the rule %(name)s cannot be used: %(error)s",
                    name=self.name,
                    error=str(error).split("\n")[0],
                )
            ) from error
        query.add_where("res_partner.commercial_partner_id = res_partner.id")
        query.add_where("res_partner.id NOT IN (SELECT partner_id FROM res_company)")
        return query

    def _get_customers_sql(self, part):
        """Return the SELECT of the ids of the customers whom the filters match in one company."""
        companies = [part.company.id, False] if part.is_home else [part.company.id]
        self.env["res.partner"].flush_model()
        return self._get_customer_query(Domain("company_id", "in", companies)).select()

    def _filter_customers(self, partners):
        """Return those of the partners whose company the filters match: for events, which happen to anybody."""
        if self._get_customer_domain().is_true():
            return partners
        query = self._get_customer_query(Domain("id", "in", partners.commercial_partner_id.ids))
        matching = {row[0] for row in self.env.execute_query(query.select())}
        return partners.filtered(lambda partner: partner.commercial_partner_id.id in matching)

    def _get_sample_sql(self, customer):
        """Return the condition that a customer is in the sample: the same for the same seed, in whatever database.

        :param customer: SQL, the id of the customer
        """
        return SQL(
            "('x' || substr(md5(%s || ':' || %s), 1, 8))::bit(32)::bigint < %s",
            self.seed or "",
            customer,
            round(self.percent / 100 * 2**32),
        )
