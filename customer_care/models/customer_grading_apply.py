from odoo import api, fields, models
from odoo.tools import SQL


class CustomerGradingProposal(models.Model):
    """How approved grades reach the customers, for many in a few statements."""

    _inherit = "customer.grading.proposal"

    def _apply(self):
        """Give the customers of the documents their proposed grades; archived customers keep theirs.

        A grade by hand that is still valid is not overruled by a run.
        """
        self._set_aside()
        self._log_results("grade_changed")
        self.env.flush_all()
        today = fields.Date.today()
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner partner
                   SET care_grade_id = result.grade_id,
                       care_grade_date = %(today)s,
                       care_grade_result_id = result.id,
                       care_grade_until = CASE WHEN result.run_id IS NULL THEN result.date_until END,
                       write_date = now() AT TIME ZONE 'UTC', write_uid = %(uid)s
                  FROM (SELECT DISTINCT ON (partner_id) * FROM customer_grading_result
                         WHERE proposal_id IN %(ids)s AND state = 'proposed'
                         ORDER BY partner_id, date DESC, id DESC) result
                 WHERE partner.commercial_partner_id = result.partner_id
                """,
                today=today,
                uid=self.env.uid,
                ids=tuple(self.ids),
            )
        )
        self._set_state("applied", SQL("TRUE"))
        self.env["res.partner"].invalidate_model()

    def _set_aside(self):
        """Close results that must not reach their customers any more."""
        self._set_state(
            "superseded",
            SQL(
                "NOT EXISTS (SELECT FROM res_partner partner WHERE partner.id = result.partner_id AND partner.active"
                " AND partner.commercial_partner_id = partner.id)"
            ),
        )
        self._set_state(
            "kept",
            SQL(
                "run_id IS NOT NULL AND EXISTS (SELECT FROM res_partner partner WHERE partner.id = result.partner_id"
                " AND partner.care_grade_until >= %s)",
                fields.Date.today(),
            ),
        )

    def _set_state(self, state, condition):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE customer_grading_result result SET state = %s"
                " WHERE proposal_id IN %s AND state = 'proposed' AND %s",
                state,
                tuple(self.ids),
                condition,
            )
        )
        self.env["customer.grading.result"].invalidate_model()

    def _log_results(self, kind):
        """Append one row to the timeline of each customer whose grade is open: letters and score."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_care_event (
                    partner_id, commercial_partner_id, company_id, date, kind, summary, user_id, res_model, res_id
                )
                SELECT result.partner_id, result.partner_id, result.company_id, now() AT TIME ZONE 'UTC', %(kind)s,
                       COALESCE(before.code, '-') || ' → ' || COALESCE(after.code, '-')
                       || COALESCE(' (' || result.score || ')', ''),
                       %(uid)s, 'customer.grading.result', result.id
                  FROM customer_grading_result result
                  LEFT JOIN customer_grade before ON before.id = result.previous_grade_id
                  LEFT JOIN customer_grade after ON after.id = result.grade_id
                 WHERE result.proposal_id IN %(ids)s AND result.state = 'proposed'
                   AND EXISTS (SELECT FROM res_partner partner WHERE partner.id = result.partner_id)
                 ORDER BY result.id
                """,
                kind=kind,
                uid=self.env.uid,
                ids=tuple(self.ids),
            )
        )
        self.env["customer.care.event"].invalidate_model()

    @api.model
    def _make_manual(self, partners, grade, reason, date_until=None):
        """Propose ``grade`` for customers by hand, and ask for approval in the name of the current user.

        :return: the proposals, one for each company and kind of change
        """
        ranks = self.env["customer.grade"]._get_ranks()
        best = self.env["customer.grade"]._get_best_ids()
        today = fields.Date.context_today(self)
        groups = {}
        for partner in partners.sudo().commercial_partner_id:
            before = partner.care_grade_id
            levels = ranks[before.id] - ranks[grade.id] if before else 0
            is_leap = abs(levels) > 1 or not best.isdisjoint((grade.id, before.id))
            groups.setdefault((partner.company_id or self.env.company, is_leap), []).append(
                {
                    "partner_id": partner.id,
                    "company_id": partner.company_id.id,
                    "date": today,
                    "score": partner.care_score if before else None,
                    "grade_id": grade.id,
                    "previous_grade_id": before.id,
                    "levels": levels,
                    "state": "proposed",
                    "reason": reason,
                    "date_until": date_until,
                    # Named, so that no default that a user stored says otherwise.
                    **dict.fromkeys(("run_id", "scheme_id", "version_id", "is_dry_run"), False),
                }
            )
        proposals = self.sudo().browse()
        for (company, is_leap), rows in groups.items():
            proposals += self.sudo().create(
                {
                    "kind": "manual",
                    "is_leap": is_leap,
                    "company_id": company.id,
                    "user_id": self.env.uid,
                    "reason": reason,
                    "run_id": False,
                    "parent_id": False,
                    "result_ids": [fields.Command.create(row) for row in rows],
                }
            )
        proposals._count_results()
        proposals._try_request()
        return proposals.with_env(self.env)

    @api.model
    def _cron_end_manual(self):
        """End grades by hand that have expired: the last computed grade is proposed where it differs."""
        Partner = self.env["res.partner"]
        expired = Partner.search([("care_grade_until", "<", fields.Date.today())])
        customers = expired.filtered(lambda partner: partner.commercial_partner_id == partner)
        last = customers._care_get_last_grades()
        expired.write({"care_grade_until": False})
        for grade_id, ids in last.items():
            changed = Partner.browse(ids).filtered(
                lambda partner, grade_id=grade_id: partner.care_grade_id.id != grade_id
            )
            grade = self.env["customer.grade"].browse(grade_id)
            if changed and grade.active:
                self._make_manual(changed, grade, self.env._("The grade given by hand has expired."))
