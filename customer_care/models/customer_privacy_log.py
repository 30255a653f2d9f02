from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.insert import insert


class CustomerPrivacyLog(models.Model):
    """Who read, handed over, corrected or erased personal data: append-only, written through ``_log``.

    Source: GDPR articles 5(2) and 30 (accountability), PIPL article 55 (records of processing).
    """

    _name = "customer.privacy.log"
    _description = "Privacy Log"
    _order = "date desc, id desc"
    _rec_name = "kind"
    # Who and when is in the row itself.
    _log_access = False

    kind = fields.Selection(
        selection=[
            ("finance_read", "Financial file read"),
            ("data_exported", "Personal data handed over"),
            ("data_corrected", "Personal data corrected"),
            ("data_erased", "Personal data erased"),
            ("retention", "Retention period applied"),
        ],
        required=True,
        readonly=True,
    )
    # The log of an erasure outlives the customer.
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="set null", index="btree_not_null"
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="set null")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    detail = fields.Char(readonly=True, help="Numbers and kinds of records; never personal data.")

    _date_idx = models.Index("(date DESC, id DESC)")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The privacy log is written by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if vals:
            raise AccessError(self.env._("The privacy log cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        """The log proves what was done: not even code with all rights deletes it."""
        raise AccessError(self.env._("The privacy log cannot be deleted."))

    @api.model
    def _log(self, kind, partners, detail=""):
        """Append one row of ``kind`` for each customer, in one statement; one without a customer if none.

        >>> env["customer.privacy.log"]._log("data_exported", partner, "P00012")

        :param kind: value of the field ``kind``
        :param partners: ``res.partner`` recordset, any number
        :param detail: numbers and kinds of records, no personal data
        :return: the new records, as superuser
        """
        row = {"kind": kind, "user_id": self.env.uid, "date": fields.Datetime.now(), "detail": detail}
        return insert(
            self.sudo(), [{**row, "partner_id": partner_id} for partner_id in partners.ids or [None]]
        )
