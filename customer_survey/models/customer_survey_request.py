from odoo import api, fields, models
from odoo.tools import SQL


class CustomerSurveyRequest(models.Model):
    """One row for each decision to ask a customer or not; written by the sending rules alone.

    The unique key (rule, document, cause) makes sure that nobody is asked twice for the same cause, however
    often or from however many workers a rule runs.
    """

    _name = "customer.survey.request"
    _description = "Survey Request"
    _inherit = ["customer.care.link.mixin"]
    _order = "date_send desc, id desc"
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
    date_send = fields.Date(string="To Send On", readonly=True)
    outcome = fields.Selection(
        [
            ("asked", "Asked"),
            ("no_customer", "Customer unknown"),
            ("no_address", "No e-mail address"),
            ("do_not_contact", "Does not want to be contacted"),
            ("blacklisted", "Address on the blacklist"),
            ("quiet", "Asked recently"),
            ("unusable", "Survey closed or empty"),
        ],
        required=True,
        readonly=True,
    )

    _key_uniq = models.UniqueIndex("(key)", "This customer has already been asked for this cause.")
    _quiet_idx = models.Index("(commercial_partner_id, date_send) WHERE outcome = 'asked'")

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
