from odoo import api, models
from odoo.tools import SQL


class CustomerSurveyRequest(models.Model):
    """What becomes of requests and invitations when customers are merged.

    The keys of merged customers become those of the one who stays, so that a rule does not ask him again for a cause
    for which it has asked one of them. Of two requests for one cause the first keeps the key; the other stays as
    merged, and its invitation is not sent any more.
    """

    _inherit = "customer.survey.request"

    @api.model
    def _merge_keys(self, sources, target):
        """Rename the keys of ``sources`` (merged customers) to those of ``target``, and of their invitations."""
        self.env.flush_all()
        names = SQL("|".join(str(int(one)) for one in sources.ids))
        rows = self.env.execute_query(
            SQL(
                """
                WITH own AS (
                    SELECT id, key, outcome, regexp_replace(key, '^([0-9]+):res[.]partner,(%(names)s):',
                                                           '\\1:res.partner,%(target)s:') AS new_key
                      FROM customer_survey_request
                     WHERE res_model = 'res.partner' AND key ~ '^[0-9]+:res[.]partner,(%(names)s|%(target)s):'
                ), ranked AS (
                    SELECT *, row_number() OVER (PARTITION BY new_key ORDER BY outcome <> 'asked', id) AS place FROM own
                )
                SELECT id, key, new_key, place FROM ranked WHERE new_key <> key OR place > 1 ORDER BY place DESC
                """,
                names=names,
                target=SQL(str(int(target.id))),
            )
        )
        # What loses its key gives it free first.
        for request_id, key, new_key, place in rows:
            if place > 1:
                self._set_key(request_id, key, f"{new_key}:merged:{request_id}")
                self._give_up(request_id, f"{new_key}:merged:{request_id}")
        for request_id, key, new_key, place in rows:
            if place == 1:
                self._set_key(request_id, key, new_key)
        self.invalidate_model()
        self.env["survey.user_input"].invalidate_model()

    def _set_key(self, request_id, old, new):
        self.env.cr.execute(SQL("UPDATE customer_survey_request SET key = %s WHERE id = %s", new, request_id))
        self.env.cr.execute(SQL("UPDATE survey_user_input SET care_key = %s WHERE care_key = %s", new, old))

    def _give_up(self, request_id, key):
        self.env.cr.execute(
            SQL(
                """
                WITH given_up AS (
                    UPDATE survey_user_input SET care_send_date = NULL, care_send_datetime = NULL
                     WHERE care_key = %s AND care_sent_datetime IS NULL AND state = 'new'
                 RETURNING 1
                )
                UPDATE customer_survey_request SET outcome = 'merged'
                 WHERE id = %s AND (outcome <> 'asked' OR EXISTS (SELECT FROM given_up))
                """,
                key,
                request_id,
            )
        )
