from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_complaint import PROBLEM_KINDS

# Offending complaints that a line keeps for looking them up; their number is kept whole.
KEPT_OFFENDERS = 1000

PROVIDERS = [
    ("acknowledged", "Acknowledged within the time limit"),
    ("responded", "First response within the time limit"),
    ("resolved", "Solved within the time limit"),
    ("assessed", "Verdict noted before the solution"),
    ("investigated", "Findings written down"),
    ("informed", "Customer informed of the outcome"),
    ("responsible", "A person is responsible"),
    ("sorted", "Category, channel and severity on record"),
    ("history", "History without gaps"),
    ("satisfaction", "Satisfaction known"),
    ("reopened", "Not reopened"),
    ("open_late", "Open complaints within their time limits"),
    ("executed", "Promised compensations executed"),
    ("trained", "Handlers hold the needed qualifications"),
    ("remedy_named", "External body named after a decline"),
    ("analysed", "Causes named and actions followed up"),
]


class CustomerComplaintAuditCheck(models.Model):
    """One thing an auditor looks for; measured by one query over the period, or answered by a person."""

    _name = "customer.complaint.audit.check"
    _description = "Check of the Self-Audit"
    _inherit = ["customer.number.mixin"]
    _order = "sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    clause = fields.Char(
        string="Clauses",
        help="Numbers of the clauses of ISO 10002:2018 and GB/T 19012-2019 that it belongs to.",
    )
    provider = fields.Selection(
        PROVIDERS, string="Measured as", help="Leave empty when a person answers, with evidence."
    )
    method = fields.Text(translate=True, help="How it is measured, or what is to be looked at.")
    target = fields.Float(string="Target (%)", required=True, default=100)

    _target_range = models.Constraint("CHECK(target BETWEEN 0 AND 100)", "A target lies between 0 and 100 %.")

    @api.model
    def _get_received_query(self, company, start, end):
        """Return the complaints and grievances received in the period that were not cancelled, as SQL."""
        return SQL(
            """
            SELECT complaint.*, stage.phase
              FROM customer_complaint complaint
              JOIN customer_complaint_stage stage ON stage.id = complaint.stage_id
             WHERE complaint.company_id = %(company)s AND complaint.kind IN %(kinds)s
                   AND stage.phase != 'cancelled'
                   AND complaint.received_datetime >= %(start)s AND complaint.received_datetime < %(end)s
            """,
            company=company.id,
            kinds=PROBLEM_KINDS,
            start=start,
            end=end,
        )

    def _measure(self, company, start, end):
        """Return (number judged, number good, ids of at most ``KEPT_OFFENDERS`` offending complaints).

        One query, as superuser, for the check (singleton).

        :param start: first moment of the period, ``end``: first one after it, both UTC
        """
        self.ensure_one()
        received = self._get_received_query(company, start, end)
        query = getattr(self, f"_query_{self.provider}")(received)
        ((judged, good, offenders),) = self.env.execute_query(
            SQL(
                """
                WITH judged AS MATERIALIZED (%(query)s)
                SELECT (SELECT COUNT(*) FROM judged), (SELECT COUNT(*) FROM judged WHERE is_good),
                       ARRAY(SELECT id FROM judged WHERE is_good IS NOT TRUE ORDER BY id DESC LIMIT %(kept)s)
                """,
                query=query,
                kept=KEPT_OFFENDERS,
            )
        )
        return judged, good, offenders

    # Each gives a SELECT of id and is_good of the complaints that are judged. Override to change one.

    def _query_of_target(self, received, target):
        return SQL(
            """
            SELECT received.id, line.state = 'met' AS is_good
              FROM (%(received)s) received
              JOIN customer_complaint_clock line ON line.complaint_id = received.id AND line.target = %(target)s
             WHERE line.state IN ('met', 'missed', 'breached')
            """,
            received=received,
            target=target,
        )

    def _query_acknowledged(self, received):
        return self._query_of_target(received, "acknowledge")

    def _query_responded(self, received):
        return self._query_of_target(received, "response")

    def _query_resolved(self, received):
        return self._query_of_target(received, "resolution")

    def _query_of_done(self, received, condition):
        return SQL(
            "SELECT done.id, %(condition)s AS is_good FROM (%(received)s) done"
            " WHERE done.phase IN ('resolved', 'closed')",
            received=received,
            condition=condition,
        )

    def _query_assessed(self, received):
        return self._query_of_done(received, SQL("done.verdict IS NOT NULL"))

    def _query_investigated(self, received):
        return self._query_of_done(
            received, SQL("length(regexp_replace(COALESCE(done.resolution, ''), '<[^>]*>|\\s', '', 'g')) > 0")
        )

    def _query_informed(self, received):
        return self._query_of_done(received, SQL("done.responded_datetime IS NOT NULL"))

    def _query_reopened(self, received):
        return self._query_of_done(received, SQL("COALESCE(done.reopen_count, 0) = 0"))

    def _query_satisfaction(self, received):
        return self._query_of_done(
            received,
            SQL(
                """(EXISTS (SELECT 1 FROM customer_callback call
                         WHERE call.res_model = 'customer.complaint' AND call.res_id = done.id
                               AND call.state = 'done')
                    OR EXISTS (SELECT 1 FROM rating_rating rating
                         WHERE rating.res_model = 'customer.complaint' AND rating.res_id = done.id
                               AND rating.consumed))"""
            ),
        )

    def _query_responsible(self, received):
        return SQL("SELECT id, user_id IS NOT NULL AS is_good FROM (%s) received", received)

    def _query_sorted(self, received):
        return SQL(
            "SELECT id, category_id IS NOT NULL AND channel IS NOT NULL AND severity IS NOT NULL AS is_good"
            " FROM (%s) received",
            received,
        )

    def _query_history(self, received):
        """The last entry of the history is the stage the complaint is in."""
        return SQL(
            """
            SELECT received.id, last.stage_id = received.stage_id AS is_good
              FROM (%s) received
              LEFT JOIN LATERAL (
                SELECT stage_id FROM customer_complaint_stage_history history
                 WHERE history.complaint_id = received.id ORDER BY datetime DESC, id DESC LIMIT 1
              ) last ON TRUE
            """,
            received,
        )

    def _query_open_late(self, received):
        return SQL(
            """
            SELECT received.id, received.next_deadline >= NOW() AT TIME ZONE 'UTC' AS is_good
              FROM (%s) received
             WHERE received.phase IN ('open', 'waiting') AND received.next_deadline IS NOT NULL
            """,
            received,
        )

    def _query_executed(self, received):
        """Those with an approved compensation: none waits longer for its execution."""
        return SQL(
            """
            SELECT received.id, bool_and(offer.state = 'executed') AS is_good
              FROM (%s) received
              JOIN customer_complaint_compensation offer ON offer.complaint_id = received.id
             WHERE received.phase = 'closed' AND offer.approval_state = 'approved'
                   AND offer.state != 'cancelled'
             GROUP BY received.id
            """,
            received,
        )

    def _query_trained(self, received):
        """Complaints of a severity for which a topic is needed: the handler held it all on the day of receipt."""
        topics = self.env["customer.complaint.qualification"].sudo().search(Domain("severity", "!=", False))
        return SQL(
            """
            SELECT received.id, bool_and(EXISTS (
                       SELECT 1 FROM customer_complaint_training training
                        WHERE training.user_id = received.user_id AND training.qualification_id = topic.id
                              AND training.result = 'passed' AND training.date <= %(day)s
                              AND (training.valid_until IS NULL OR training.valid_until >= %(day)s)
                   )) AS is_good
              FROM (%(received)s) received
              JOIN customer_complaint_qualification topic
                ON topic.id = ANY(%(topics)s) AND (topic.company_id IS NULL OR topic.company_id = received.company_id)
                   AND array_position(%(levels)s, topic.severity)
                       <= array_position(%(levels)s,
                              CASE WHEN received.is_major THEN 'major' ELSE received.severity END)
             WHERE received.user_id IS NOT NULL
             GROUP BY received.id
            """,
            received=received,
            day=self.env["res.company"]._care_get_day_sql(
                SQL("received.received_datetime"), SQL("received.company_id")
            ),
            topics=topics.ids,
            levels=SQL("ARRAY['minor', 'general', 'serious', 'major']::varchar[]"),
        )

    def _query_remedy_named(self, received):
        """Those that ended with a decline of the customer: a final response sent since then names the body."""
        return SQL(
            """
            SELECT done.id, EXISTS (
                       SELECT 1 FROM customer_complaint_letter letter
                        WHERE letter.complaint_id = done.id AND letter.use = 'final' AND letter.state = 'sent'
                              AND letter.external_body_id IS NOT NULL AND letter.sent_datetime >= last.datetime
                   ) AS is_good
              FROM (%s) done
              JOIN LATERAL (
                SELECT kind, datetime FROM customer_complaint_answer answer
                 WHERE answer.complaint_id = done.id AND kind IN ('accept', 'decline', 'withdraw')
                 ORDER BY id DESC LIMIT 1
              ) last ON last.kind = 'decline'
             WHERE done.phase IN ('resolved', 'closed')
            """,
            received,
        )

    def _query_analysed(self, received):
        """Justified ones: a main cause, an action for serious and major ones, and no action that is overdue."""
        return SQL(
            """
            SELECT done.id,
                   done.cause_id IS NOT NULL AND NOT COALESCE(actions.is_late, FALSE)
                   AND (actions.count > 0 OR NOT (COALESCE(done.is_major, FALSE)
                                                  OR COALESCE(done.severity, '') IN ('serious', 'major'))
                       ) AS is_good
              FROM (%s) done
              LEFT JOIN LATERAL (
                SELECT COUNT(*),
                       bool_or(action.state IN ('draft', 'open')
                               AND action.date_due < %s) AS is_late
                  FROM customer_complaint_action_rel link
                  JOIN customer_complaint_action action ON action.id = link.action_id
                 WHERE link.complaint_id = done.id AND action.state != 'cancelled'
              ) actions ON TRUE
             WHERE done.phase IN ('resolved', 'closed') AND done.verdict IN ('valid', 'partly')
            """,
            received,
            self.env["res.company"]._care_get_day_sql(
                SQL("%s::timestamp", fields.Datetime.now()), SQL("done.company_id")
            ),
        )
