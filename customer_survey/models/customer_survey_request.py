from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_exists

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("link", "Link or QR Code"),
    ("phone", "Phone"),
    # nobody is asked by it: staff copy what a customer has written
    ("paper", "Paper"),
]


class CustomerSurveyRequest(models.Model):
    """One row for each decision to ask a customer or not; written by the sending rules alone.

    The unique key (rule, document, cause) makes sure that nobody is asked twice for the same cause, however
    often or from however many workers a rule runs.
    """

    _name = "customer.survey.request"
    _description = "Survey Request"
    _inherit = ["customer.care.link.mixin"]
    _order = "send_datetime desc, id desc"
    _rec_name = "rule_id"

    key = fields.Char(required=True, readonly=True)
    rule_id = fields.Many2one("customer.survey.rule", readonly=True, index=True, ondelete="set null")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        related="partner_id.commercial_partner_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True)
    send_datetime = fields.Datetime(string="To Send at", readonly=True, help="When the customer is asked.")
    date_send = fields.Date(
        string="To Send On",
        compute="_compute_date_send",
        inverse="_inverse_date_send",
        store=True,
        readonly=True,
    )
    channel = fields.Selection(CHANNELS, readonly=True, help="How the customer is asked.")
    outcome = fields.Selection(
        [
            ("asked", "Asked"),
            ("no_customer", "Customer unknown"),
            ("no_address", "No address or number"),
            ("do_not_contact", "Does not want to be contacted"),
            ("blacklisted", "Address on the blacklist"),
            ("problem", "A problem is open"),
            ("quiet", "Asked recently"),
            ("sample", "Not in the sample"),
            ("quota", "Quota used up"),
            ("colleague", "Works for us"),
            ("unusable", "Survey closed or empty"),
            ("merged", "Merged with another customer"),
        ],
        required=True,
        readonly=True,
    )
    run_id = fields.Many2one(
        "customer.survey.run", readonly=True, index="btree_not_null", ondelete="set null"
    )

    is_bounced = fields.Boolean(
        string="Not Delivered",
        readonly=True,
        help="A mail server answered that the mail cannot be delivered.",
    )

    _key_uniq = models.UniqueIndex("(key)", "This customer has already been asked for this cause.")
    _quiet_idx = models.Index("(commercial_partner_id, date_send) WHERE outcome = 'asked'")
    _quota_idx = models.Index("(rule_id, date_send) WHERE outcome = 'asked'")

    def _auto_init(self):
        """Requests of older versions knew the day alone."""
        cr = self.env.cr
        is_old = table_exists(cr, self._table) and not column_exists(cr, self._table, "send_datetime")
        result = super()._auto_init()
        if is_old:
            cr.execute("UPDATE customer_survey_request SET send_datetime = date_send")
        return result

    @api.depends("send_datetime")
    def _compute_date_send(self):
        for request in self:
            company = request.company_id or self.env.company
            request.date_send = request.send_datetime and company._care_get_day(request.send_datetime)

    @api.model_create_multi
    def create(self, vals_list):
        """The day alone is its beginning at the company."""
        return super().create([self._add_moment(vals) for vals in vals_list])

    @api.model
    def _add_moment(self, vals):
        if not vals.get("date_send") or "send_datetime" in vals:
            return vals
        company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
        return {
            **vals,
            "send_datetime": company._care_get_begin_of_day(fields.Date.to_date(vals["date_send"])),
        }

    def _inverse_date_send(self):
        for request in self:
            day, moment = request.date_send, request.send_datetime
            company = request.company_id or self.env.company
            if not day or not moment or company._care_get_day(moment) != day:
                request.send_datetime = day and company._care_get_begin_of_day(day)

    @api.model
    def _claim(self, vals_list):
        """Add the rows whose key is not taken yet, also against other workers at the same moment.

        A second worker with the same key at the same moment gets a serialization failure, which Odoo answers
        by running its request again: then the key is taken and nothing is sent.

        :param vals_list: dicts with `key`, `outcome` and other stored columns, the same keys in each
        :return: recordset of the rows added
        """
        if not vals_list:
            return self.browse()
        columns = list(vals_list[0])
        now = self.env.cr.now()
        rows = [
            SQL("(%s, %s, %s)", SQL(", ").join(vals[column] or None for column in columns), self.env.uid, now)
            for vals in vals_list
        ]
        ids = self.env.execute_query(
            SQL(
                "INSERT INTO customer_survey_request (%s, create_uid, create_date) VALUES %s"
                " ON CONFLICT (key) DO NOTHING RETURNING id",
                SQL(", ").join(SQL.identifier(column) for column in columns),
                SQL(", ").join(rows),
            )
        )
        return self.browse(row[0] for row in ids)
