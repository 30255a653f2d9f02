from odoo import api, models
from odoo.tools import SQL


class CustomerCallback(models.Model):
    """What becomes of the callbacks of rules when customers are merged.

    The keys of merged customers become those of the one who stays, so that a rule does not call him again for a cause
    for which it has called one of them. Of two callbacks for the same cause one keeps the key: what is done before what
    is planned, and what somebody has touched before what nobody has. The others lose it; those that nobody has touched
    are cancelled. Planned callbacks of one rule for different causes are left to the next run of the rule, which keeps
    one.
    """

    _inherit = "customer.callback"

    @api.model
    def _merge_keys(self, sources, target):
        """Rename the keys of ``sources`` (merged customers) to those of ``target``."""
        self.env.flush_all()
        Rule = self.env["customer.callback.rule"]
        query = SQL(
            """
            WITH own AS (
                SELECT id, key,
                       regexp_replace(key, ':res[.]partner,(%(ids)s):', ':res.partner,%(target)s:') AS new_key,
                       state = 'planned' AS is_planned, %(untouched)s AS is_untouched
                  FROM customer_callback
                 WHERE commercial_partner_id = ANY(%(customers)s) AND key ~ ':res[.]partner,(%(ids)s|%(target)s):'
            ), ranked AS (
                SELECT *, row_number() OVER (PARTITION BY new_key ORDER BY is_planned, is_untouched, id) AS place
                FROM own
            )
            SELECT id, new_key, place, is_untouched FROM ranked WHERE new_key <> key OR place > 1
            """,
            ids=SQL("|".join(str(int(one)) for one in sources.ids)),
            target=SQL(str(int(target.id))),
            customers=[*sources.ids, target.id, target.commercial_partner_id.id],
            untouched=Rule._get_untouched_sql(),
        )
        rows = self.env.execute_query(query)
        doubles = [row_id for row_id, _key, place, is_untouched in rows if place > 1 and is_untouched]
        if doubles:
            text = self.env._("The customer was merged with another who is called for the same reason.")
            Rule._cancel_untouched(SQL("id = ANY(%s)", doubles), text, self.env.user)
        losers = [row_id for row_id, _key, place, _untouched in rows if place > 1]
        if losers:
            self.env.cr.execute(SQL("UPDATE customer_callback SET key = NULL WHERE id = ANY(%s)", losers))
        for row_id, key, place, _untouched in rows:
            if place == 1:
                self.env.cr.execute(SQL("UPDATE customer_callback SET key = %s WHERE id = %s", key, row_id))
        self.invalidate_model()
