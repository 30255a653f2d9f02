import hashlib
from ast import literal_eval
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerSurveyRule(models.Model):
    """Whom a rule asks: conditions, which contact, sample, quota and quiet period."""

    _inherit = "customer.survey.rule"

    percent = fields.Float(
        default=100,
        help="Each customer is drawn for each cause, the same whenever it is looked at. 100: everybody.",
    )
    document_model = fields.Char(compute="_compute_document_model")
    document_domain = fields.Char(
        string="Only Documents",
        default="[]",
        help="Only what matches this filter asks the customer. Empty: all.",
    )
    ask_whom = fields.Selection(
        [
            ("document", "The contact of the document"),
            ("customer", "The customer's own address"),
            ("contact", "A contact person"),
        ],
        string="Whom in a Company",
        default="document",
        required=True,
        help="Whoever has no address is replaced: the customer by a contact, the contact by the customer.",
    )
    quota_count = fields.Integer(
        string="At Most", help="So many customers are asked by the rule in each period. 0: no maximum."
    )
    quota_period = fields.Selection(
        [("day", "A day"), ("week", "A week"), ("month", "A month")], default="day", required=True
    )
    quiet_mode = fields.Selection(
        [
            ("company", "As the company sets it"),
            ("own", "Own number of days"),
            ("none", "None: ask all the same"),
        ],
        string="Quiet Period",
        default="company",
        required=True,
        help="A customer who was asked by any rule within this time is left in peace.",
    )
    quiet_days = fields.Integer(
        string="Quiet Period (days)",
        help="A customer who was asked by any rule within so many days is left in peace. 0: off.",
    )

    _percent_check = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "The sample goes from 0 % to 100 %."
    )
    _quota_count_check = models.Constraint("CHECK(quota_count >= 0)", "The quota cannot be negative.")

    @api.depends("trigger")
    def _compute_document_model(self):
        models_by_trigger = self._get_trigger_documents()
        for rule in self:
            rule.document_model = models_by_trigger.get(rule.trigger, (False,))[0]

    @api.constrains("document_domain", "trigger")
    def _check_document_domain(self):
        # By the rights of who writes it: whom a rule asks must not tell what the writer may not read.
        for rule in self:
            try:
                domain = rule._get_document_domain()
                if rule.document_model and not domain.is_true():
                    Model = self.env[rule.document_model].sudo(False)
                    domain.validate(Model)
                    Model._search(domain, limit=1).select()
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The filter of rule %(rule)s cannot be used: %(error)s",
                        rule=rule.name,
                        error=str(error).split("\n")[0],
                    )
                ) from error

    @api.model
    def _get_trigger_documents(self):
        """Return ``{trigger: (model, date or datetime field, Domain)}`` of the documents to which it happens.

        Override to add those of a trigger: they can be filtered, and are shown in its preview.
        """
        return {
            "callback_done": (
                "customer.callback",
                "done_datetime",
                Domain("state", "=", "done") & Domain("outcome", "=", "reached"),
            ),
            "plan_closed": ("customer.care.plan", "date_closed", Domain("state", "=", "closed")),
        }

    def _get_document_domain(self):
        """Return the filter of the documents as a ``Domain``.

        :raises ValueError, SyntaxError: it is none
        """
        return Domain(literal_eval((self.document_domain or "").strip() or "[]"))

    def _filter_documents(self, documents):
        """Return those of the documents whose customers and contents match the conditions of the rule (singleton)."""
        if not self._get_customer_domain().is_true():
            partners = self.env["res.partner"].union(*(one._care_get_partner() for one in documents))
            wanted = self._filter_customers(partners)
            documents = documents.filtered(lambda document: document._care_get_partner() in wanted)
        domain = self._get_document_domain()
        if not domain.is_true() and documents and documents._name == self.document_model:
            documents = documents.search(domain & Domain("id", "in", documents.ids))
        return documents

    # Which contact

    def _get_persons(self, partners):
        """Return ``{partner id: the partner to ask}``."""
        if self.ask_whom == "document":
            return {partner.id: partner for partner in partners}
        customers = partners.commercial_partner_id
        partners.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (p.commercial_partner_id) p.commercial_partner_id, p.id FROM res_partner p
                 WHERE p.commercial_partner_id = ANY(%s) AND p.active AND p.care_do_not_call IS NOT TRUE AND %s
                 ORDER BY p.commercial_partner_id, (p.id = p.commercial_partner_id) %s, p.type = 'contact' DESC, p.id
                """,
                customers.ids,
                self._get_any_address_sql(SQL("p")),
                SQL("DESC") if self.ask_whom == "customer" else SQL("ASC"),
            )
        )
        chosen = {customer_id: partners.browse(person_id) for customer_id, person_id in rows}
        return {
            partner.id: partner
            # A person who was named is asked, unless it is the customer who shall be.
            if self.ask_whom == "contact" and partner != partner.commercial_partner_id
            else chosen.get(partner.commercial_partner_id.id, partner)
            for partner in partners
        }

    # Sample

    def _is_in_sample(self, text):
        """Whether a customer is drawn, in Python what ``_get_sample_sql`` is in the database.

        :param text: id of the customer and the cause, parted by a colon
        """
        digest = hashlib.md5(f"{self.seed or ''}:{text}".encode(), usedforsecurity=False).hexdigest()
        return int(digest[:8], 16) < round(self.percent / 100 * 2**32)

    def action_draw_anew(self):
        """Draw another sample from now on."""
        self.check_access("write")
        for rule in self:
            rule.sudo().seed = self._get_new_seed()
        return True

    # Quota and quiet period

    def _get_quota_days(self, day):
        """Return the first and the last day of the period of the quota around a day."""
        if self.quota_period == "week":
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(days=6)
        if self.quota_period == "month":
            first = day.replace(day=1)
            return first, first + relativedelta(months=1, days=-1)
        return day, day

    def _get_room(self, day):
        """Return how many more may be asked by the rule (singleton) in the period of a day; None: any number."""
        if not self.quota_count:
            return None
        first, last = self._get_quota_days(day)
        asked = self.env["customer.survey.request"].sudo()
        used = asked.search_count(
            Domain("rule_id", "=", self.id)
            & Domain("outcome", "=", "asked")
            & Domain("date_send", ">=", first)
            & Domain("date_send", "<=", last)
        )
        return max(self.quota_count - used, 0)

    def _get_quiet_period(self, company):
        """Return the number of days for which a customer of the company is left in peace."""
        if self.quiet_mode == "company":
            return company.sudo().care_survey_quiet_days
        return self.quiet_days if self.quiet_mode == "own" else 0

    def _lock_decision(self, company, customers):
        """Make sure that nobody else asks these customers, or by the quota of the rule (singleton), at this moment.

        :param customers: SELECT of the ids of the customers to be asked
        """
        if self._get_quiet_period(company):
            self.env["customer.survey.turn"].sudo()._take(customers)
        if self.quota_count:
            # A new version of the row, which only one of two transactions can make.
            self.env.cr.execute(
                SQL("UPDATE customer_survey_rule SET sequence = sequence WHERE id = %s", self.id)
            )

    def _get_quiet_sql(self, company, day, customers):
        """Return the SELECT of the customers asked within the quiet period around a day, by any rule."""
        period = timedelta(days=self._get_quiet_period(company))
        return SQL(
            "SELECT commercial_partner_id FROM customer_survey_request"
            " WHERE outcome = 'asked' AND date_send > %s AND date_send < %s AND commercial_partner_id IN (%s)",
            day - period,
            day + period,
            customers,
        )
