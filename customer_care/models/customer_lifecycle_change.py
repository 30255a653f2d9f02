from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL
from odoo.tools.misc import clean_context

from ..tools.insert import insert


class CustomerLifecycleChange(models.Model):
    """Which stage a customer came from and to, and why: append-only, written by the program alone."""

    _name = "customer.lifecycle.change"
    _description = "Change of the Life-Cycle Stage"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    from_stage_id = fields.Many2one(
        "customer.lifecycle.stage", string="From", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    to_stage_id = fields.Many2one(
        "customer.lifecycle.stage", string="To", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    date = fields.Datetime(required=True, readonly=True)
    source = fields.Selection(
        [("rule", "Rules"), ("manual", "By hand"), ("expired", "Rules, after a stage set by hand ended")],
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    date_until = fields.Date(string="Kept until", readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)

    _date_idx = models.Index("(date DESC, id DESC)")
    # The stage at a date is read from the index alone.
    _partner_date_idx = models.Index("(partner_id, date DESC, id DESC) INCLUDE (to_stage_id)")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The history of stages is written by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if vals:
            raise AccessError(self.env._("The history of stages cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("The history of stages cannot be deleted."))

    @api.model
    def _log(self, vals_list):
        """Append rows as superuser in one batch. Keys: all fields but the id, missing ones are empty."""
        # A default_date in a client's context must not forge a date.
        context = clean_context(self.env.context)
        model = self.with_context(context).sudo()  # pylint: disable=context-overridden
        names = [name for name, field in model._fields.items() if field.store and name != "id"]
        fresh = {
            **dict.fromkeys(names),
            "date": fields.Datetime.now(),
            "source": "manual",
            "user_id": self.env.uid,
        }
        return insert(model, [{**fresh, **vals} for vals in vals_list])

    @api.model
    def _get_stage_query(self, moment):
        """Return SQL that selects ``partner_id, stage_id`` (may be NULL) of each customer just before ``moment``.

        :param moment: naive UTC datetime; changes at it or later do not count
        """
        return SQL(
            """
            SELECT DISTINCT ON (partner_id) partner_id, to_stage_id AS stage_id
              FROM customer_lifecycle_change
             WHERE date < %s
             ORDER BY partner_id, date DESC, id DESC
            """,
            moment,
        )
