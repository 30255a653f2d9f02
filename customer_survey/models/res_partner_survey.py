from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.scores import TREND_POINTS

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"
FIGURES = ("care_nps_class", "care_satisfaction_trend", "care_last_answer_date", "care_answer_count")


class ResPartner(models.Model):
    """What a customer's answers say, kept on the customer: of the company, shown on its contacts.

    Written by one statement with each answer or correction (``_care_update_survey_figures``). Nothing of it ages by
    itself, so that no job has to go over all customers: the trend compares the last answer with the average of the
    twelve months before that answer.
    """

    _inherit = "res.partner"

    care_nps_class = fields.Selection(
        [("promoter", "Promoter"), ("passive", "Passive"), ("detractor", "Detractor")],
        string="NPS Class",
        readonly=True,
        copy=False,
        groups=READERS,
        help="By the customer's last answer whether he recommends us: 9-10 promoter, 7-8 passive, 0-6 detractor.",
    )
    care_satisfaction_trend = fields.Selection(
        [("better", "Better"), ("same", "Unchanged"), ("worse", "Worse")],
        string="Satisfaction Trend",
        readonly=True,
        copy=False,
        groups=READERS,
        help="The satisfaction (CSAT) of the last answer against the average of the twelve months before it; up to 5 "
        "points of 100 are no difference.",
    )
    care_last_answer_date = fields.Date(string="Last Answer", readonly=True, copy=False, groups=READERS)
    care_answer_count = fields.Integer(string="Survey Answers", readonly=True, copy=False, groups=READERS)
    care_last_asked_date = fields.Date(
        string="Last Asked",
        compute="_compute_care_last_asked_date",
        search="_search_care_last_asked_date",
        groups=READERS,
        help="The day on which the customer was last asked by a survey rule.",
    )

    def _compute_care_last_asked_date(self):
        groups = self.env["customer.survey.request"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids), ("outcome", "=", "asked")],
            ["commercial_partner_id"],
            ["date_send:max"],
        )
        dates = {customer.id: date for customer, date in groups}
        for partner in self:
            partner.care_last_asked_date = dates.get(partner.commercial_partner_id.id)

    @api.model
    def _search_care_last_asked_date(self, operator, value):
        """After a day, on it, or never; "before" holds also for who was never asked."""
        asked = Domain("outcome", "=", "asked")
        if operator in ("<", "<="):
            # whoever was not asked since
            since = ">=" if operator == "<" else ">"
            return ~self._care_get_asked_domain(asked & Domain("date_send", since, value))
        if operator in (">", ">="):
            return self._care_get_asked_domain(asked & Domain("date_send", operator, value))
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            self._care_get_asked_domain(asked & Domain("date_send", "=", day))
            & ~self._care_get_asked_domain(asked & Domain("date_send", ">", day))
            if day
            else ~self._care_get_asked_domain(asked)
            for day in value
        )

    @api.model
    def _care_get_asked_domain(self, domain):
        customers = self.env["customer.survey.request"]._search(
            domain & Domain("commercial_partner_id", "!=", False)
        )
        return Domain("commercial_partner_id", "in", customers.subselect("commercial_partner_id"))

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._care_refuse_survey_figures(vals)
            hidden = {f"default_{name}" for name in FIGURES}
            if hidden.intersection(self.env.context):
                context = {key: value for key, value in self.env.context.items() if key not in hidden}
                self = self.with_context(context)  # pylint: disable=context-overridden
        partners = super().create(vals_list)
        # a contact shows what its company has
        contacts = partners.sudo().filtered("parent_id")
        contacts = contacts.filtered("commercial_partner_id.care_answer_count")
        contacts._care_update_survey_figures()
        return partners

    def write(self, vals):
        if not self.env.su:
            self._care_refuse_survey_figures(vals)
        if "parent_id" not in vals and "is_company" not in vals:
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self.sudo()}
        result = super().write(vals)
        moved = [
            partner | customer
            for partner, customer in before.items()
            if partner.commercial_partner_id != customer
        ]
        if moved:
            # the answers go along with who gave them
            self.browse().union(*moved).sudo()._care_update_survey_figures()
        return result

    @api.model
    def _care_init_survey_figures(self):
        """Write the figures of all customers with answers: of a database that had answers before the figures."""
        groups = (
            self.env["customer.survey.score"]
            .sudo()
            ._read_group([("commercial_partner_id", "!=", False)], ["commercial_partner_id"])
        )
        self.sudo().browse(customer.id for (customer,) in groups)._care_update_survey_figures()

    def _care_refuse_survey_figures(self, names):
        if not set(FIGURES).isdisjoint(names):
            raise AccessError(
                self.env._("What customers' answers say is computed by the program from the answers alone.")
            )

    def _care_update_survey_figures(self, leave_out=None):
        """Write the figures of these customers and their contacts, in one statement; rows that stay are not touched.

        :param leave_out: ``customer.survey.score`` that is about to be removed
        """
        ids = self.commercial_partner_id.ids
        if not ids:
            return
        self.env["customer.survey.score"].flush_model()
        self.flush_model(["commercial_partner_id", *FIGURES])
        rows = self.env.execute_query(
            SQL(
                """
                WITH answer AS (
                    SELECT commercial_partner_id AS customer_id, MAX(date) AS date, MAX(id) AS id,
                           AVG(value) FILTER (WHERE kind = 'csat') AS csat,
                           (ARRAY_AGG(nps_class ORDER BY id DESC) FILTER (WHERE nps_class IS NOT NULL))[1] AS class
                      FROM customer_survey_score
                     WHERE active AND commercial_partner_id = ANY(%(ids)s) AND NOT id = ANY(%(left_out)s)
                  GROUP BY commercial_partner_id, COALESCE(user_input_id, 0), date
                ), figure AS (
                    SELECT customer_id, COUNT(*) AS number, MAX(date) AS date,
                           (ARRAY_AGG(class ORDER BY date DESC, id DESC) FILTER (WHERE class IS NOT NULL))[1] AS class
                      FROM answer GROUP BY customer_id
                ), mark AS (
                    SELECT customer_id, csat, date,
                           ROW_NUMBER() OVER newest AS place, FIRST_VALUE(date) OVER newest AS last_date
                      FROM answer WHERE csat IS NOT NULL
                    WINDOW newest AS (PARTITION BY customer_id ORDER BY date DESC, id DESC)
                ), trend AS (
                    SELECT customer_id, MAX(csat) FILTER (WHERE place = 1) - AVG(csat) FILTER (
                               WHERE place > 1 AND date > last_date - INTERVAL '12 months') AS step
                      FROM mark GROUP BY customer_id
                ), fresh AS (
                    SELECT wanted.id, figure.class, figure.date, COALESCE(figure.number, 0) AS number,
                           CASE WHEN ABS(trend.step) <= %(same)s THEN 'same' WHEN trend.step > 0 THEN 'better'
                                WHEN trend.step < 0 THEN 'worse' END AS trend
                      FROM UNNEST(%(ids)s) AS wanted (id)
                 LEFT JOIN figure ON figure.customer_id = wanted.id
                 LEFT JOIN trend ON trend.customer_id = wanted.id
                )
                UPDATE res_partner partner
                   SET care_nps_class = fresh.class, care_satisfaction_trend = fresh.trend,
                       care_last_answer_date = fresh.date, care_answer_count = fresh.number
                  FROM fresh
                 WHERE partner.commercial_partner_id = fresh.id
                   AND (partner.care_nps_class, partner.care_satisfaction_trend, partner.care_last_answer_date,
                        COALESCE(partner.care_answer_count, 0))
                       IS DISTINCT FROM (fresh.class, fresh.trend, fresh.date, fresh.number)
             RETURNING partner.id
                """,
                ids=ids,
                left_out=(leave_out.ids if leave_out else []) or [0],
                same=TREND_POINTS,
            )
        )
        self.browse(row[0] for row in rows).invalidate_recordset(FIGURES, flush=False)
