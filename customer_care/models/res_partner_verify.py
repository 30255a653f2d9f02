from odoo import api, models
from odoo.tools import SQL, split_every

ACTIVITIES_AT_ONCE = 200


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _cron_care_verify(self):
        """Ask the responsible people to verify stale records, each so many at a time.

        A record with an open activity of the kind is passed over, so that a second run asks nobody twice.
        """
        cron = self.env["ir.cron"]
        rows = self._care_find_to_verify()
        cron._commit_progress(remaining=len(rows))
        for part in split_every(ACTIVITIES_AT_ONCE, rows):
            self._care_ask_to_verify(part)
            if not cron._commit_progress(len(part)):
                break

    @api.model
    def _care_ask_to_verify(self, rows):
        """Create one activity for each row, without a mail each.

        :param rows: [(partner id, user id)]
        """
        kind = self.env.ref("customer_care.mail_activity_type_verify")
        model = self.env["ir.model"]._get("res.partner")
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": kind.id,
                    "res_model_id": model.id,
                    "res_id": partner_id,
                    "user_id": user_id,
                    "summary": False,
                    "automated": True,
                }
                for partner_id, user_id in rows
            ]
        )

    @api.model
    def _care_find_to_verify(self):
        """Return ``[(partner id, user id)]`` of the stale records to be handed out now, oldest first.

        The responsible specialist verifies, else the leader of the team; not who has left or cannot see the
        customer's company. How old and how many at once says the customer's company, else the person's.
        """
        self.env.flush_all()
        kind = self.env.ref("customer_care.mail_activity_type_verify")
        return self.env.execute_query(
            SQL(
                """
                WITH helper AS (
                    SELECT users.id, users.company_id FROM res_users users
                     WHERE users.active AND users.share IS NOT TRUE
                ), given AS (
                    SELECT res_id, user_id FROM mail_activity
                     WHERE activity_type_id = %(kind)s AND active AND res_model = 'res.partner'
                ), load AS (
                    SELECT user_id, COUNT(*) AS count FROM given GROUP BY user_id
                ), stale AS (
                    SELECT partner.id, helper.id AS user_id, company.care_verify_limit AS at_once,
                           row_number() OVER (
                               PARTITION BY helper.id
                               ORDER BY partner.care_verified_date NULLS FIRST, partner.id
                           ) AS place
                      FROM res_partner partner
                      LEFT JOIN customer_care_team team ON team.id = partner.care_team_id
                      JOIN helper ON helper.id = COALESCE(
                            (SELECT first.id FROM helper first WHERE first.id = partner.care_user_id),
                            team.user_id)
                      JOIN res_company company ON company.id = COALESCE(partner.company_id, helper.company_id)
                     WHERE partner.active AND partner.parent_id IS NULL AND partner.partner_share
                       AND NOT EXISTS (SELECT FROM res_company own WHERE own.partner_id = partner.id)
                       AND company.care_verify_months > 0
                       AND (partner.care_verified_date IS NULL OR partner.care_verified_date
                            < (now() AT TIME ZONE 'UTC')::date
                              - make_interval(months => company.care_verify_months))
                       AND (partner.company_id IS NULL OR EXISTS (
                            SELECT FROM res_company_users_rel link
                             WHERE link.cid = partner.company_id AND link.user_id = helper.id))
                       AND NOT EXISTS (SELECT FROM given WHERE given.res_id = partner.id)
                )
                SELECT stale.id, stale.user_id FROM stale LEFT JOIN load ON load.user_id = stale.user_id
                 WHERE stale.place + COALESCE(load.count, 0) <= stale.at_once
                 ORDER BY stale.user_id, stale.place
                """,
                kind=kind.id,
            )
        )
