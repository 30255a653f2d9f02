from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .customer_rule_audience_mixin import FILTERS

# What makes other callbacks when it is changed.
DECISIVE_FIELDS = {
    "name",
    "company_id",
    "trigger",
    "delay_days",
    "is_working_days",
    "priority",
    "team_id",
    "assign_to",
    "caller_id",
    "purchase_of",
    "month_from",
    "month_to",
    "is_yearly",
    "dormant_of",
    "dormant_days",
    "repeat_days",
    "horizon_days",
    "window_days",
    "partner_domain",
    *FILTERS,
    "is_phone_needed",
    "is_once_enough",
    "selection",
    "percent",
    "seed",
    "max_count",
}


class CustomerCallbackRule(models.Model):
    """A changed or archived rule takes back what nobody has touched yet: what lies ahead at the first attempt."""

    _inherit = "customer.callback.rule"

    is_changed = fields.Boolean(
        string="Changed since the Last Run",
        readonly=True,
        copy=False,
        help="The next run plans untouched future callbacks anew.",
    )
    untouched_count = fields.Integer(string="Untouched Future Callbacks", compute="_compute_untouched_count")

    @api.depends("active", "is_changed")
    def _compute_untouched_count(self):
        counts = {}
        if self.ids:
            self.env["customer.callback"].flush_model()
            counts = dict(
                self.env.execute_query(
                    SQL(
                        "SELECT rule_id, COUNT(*) FROM customer_callback"
                        " WHERE rule_id IN %s AND date_planned > %s AND %s GROUP BY rule_id",
                        tuple(self.ids),
                        fields.Date.context_today(self),
                        self._get_untouched_sql(),
                    )
                )
            )
        for rule in self:
            rule.untouched_count = counts.get(rule.id, 0)

    def write(self, vals):
        if self.env.su and "is_changed" in vals:
            return super().write(vals)
        names = DECISIVE_FIELDS.intersection(vals)
        before = {rule: rule._get_decisive_values(names) for rule in self} if names else {}
        result = super().write(vals)
        changed = self.filtered(
            lambda rule: (
                rule in before and rule.is_periodic and before[rule] != rule._get_decisive_values(names)
            )
        )
        if changed:
            changed.sudo().write({"is_changed": True})
        return result

    def _get_decisive_values(self, names):
        self.ensure_one()
        return {name: self._fields[name].convert_to_write(self[name], self) for name in names}

    def action_cancel_untouched(self):
        """Cancel the future callbacks of rules that nobody has touched; archived rules offer it.

        :raises UserError: there is none
        """
        self.check_access("write")
        rules = self.sudo()
        rules.env.flush_all()
        count = 0
        for rule in rules:
            text = rule.env._("The rule %(name)s was given up.", name=rule.name)
            today = rule._get_today(rule.company_id or rule.env.company)
            count += rule._cancel_untouched(
                SQL("rule_id = %s AND date_planned > %s", rule.id, today), text, self.env.user
            )
        if not count:
            raise UserError(self.env._("There is no future callback of the rule that nobody has touched."))
        self.env.invalidate_all()
        return True

    @api.model
    def _get_untouched_sql(self, prefix=None):
        """Return the condition that nobody has edited, taken or started a planned callback since it was made.

        A program that only moves a day leaves ``write_date`` as it is.
        """
        return SQL(
            "(%(p)skey IS NOT NULL AND %(p)sstate = 'planned' AND %(p)sattempt = 1 AND %(p)sprevious_id IS NULL"
            " AND %(p)swrite_date = %(p)screate_date)",
            p=prefix or SQL(),
        )

    @api.model
    def _cancel_untouched(self, rows, text, user):
        """Cancel untouched callbacks and say so in the timeline; the key is given back, so that they can come again.

        :param rows: SQL, condition on ``customer_callback``
        :return: how many
        """
        query = SQL(
            """
            WITH cancelled AS (
                UPDATE customer_callback
                   SET state = 'cancelled', key = NULL, cancel_reason = %(text)s, done_by_id = %(user)s,
                       done_datetime = date_trunc('second', now() AT TIME ZONE 'UTC'), write_uid = %(user)s,
                       write_date = now() AT TIME ZONE 'UTC'
                 WHERE %(rows)s AND %(untouched)s
             RETURNING id, partner_id, commercial_partner_id, company_id, subject, done_datetime
            ), told AS (
                INSERT INTO customer_care_event
                       (partner_id, commercial_partner_id, company_id, kind, date, summary, user_id, res_model, res_id)
                SELECT partner_id, commercial_partner_id, company_id, 'callback_cancelled', done_datetime,
                       subject || ' · ' || %(text)s, %(user)s, 'customer.callback', id
                  FROM cancelled
            )
            SELECT COUNT(*) FROM cancelled
            """,
            rows=rows,
            text=text,
            user=user.id,
            untouched=self._get_untouched_sql(),
        )
        count = self.env.execute_query(query)[0][0]
        self.env["customer.callback"].invalidate_model()
        return count
