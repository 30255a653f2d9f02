from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# Where the customer himself decided; no user may claim that.
OWN_SOURCES = {"portal", "web"}
EVENT_KINDS = {
    "given": "consent_given",
    "refused": "consent_refused",
    "withdrawn": "consent_withdrawn",
}


class CustomerConsent(models.Model):
    """A decision of a customer about one purpose: append-only, the newest one counts.

    Only the erasure of personal data empties the texts of a row; the decision itself stays.
    """

    _name = "customer.consent"
    _description = "Consent"
    _order = "date desc, id desc"
    _rec_name = "purpose_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    purpose_id = fields.Many2one("customer.consent.purpose", required=True, index=True, ondelete="restrict")
    state = fields.Selection(
        [("given", "Given"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
        string="Decision",
        required=True,
        default="given",
    )
    source = fields.Selection(
        [
            ("phone", "Phone"),
            ("paper", "Paper"),
            ("mail", "E-mail"),
            ("specialist", "Conversation"),
            ("import", "Import"),
            ("portal", "Customer portal"),
            ("web", "Web page"),
        ],
        required=True,
        default="specialist",
    )
    date = fields.Datetime(
        string="Decided on", required=True, default=fields.Datetime.now, help="When the customer decided."
    )
    date_until = fields.Date(string="Valid until", help="The last day of a consent; empty: no end.")
    evidence = fields.Text(help="What proves the decision: words, number of a form, a link.")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence Files")
    user_id = fields.Many2one(
        "res.users", string="Recorded by", readonly=True, default=lambda self: self._default_user_id()
    )
    is_current = fields.Boolean(
        string="Counts Now", compute="_compute_is_current", search="_search_is_current"
    )
    is_expired = fields.Boolean(compute="_compute_is_expired", search="_search_is_expired")

    _newest_idx = models.Index("(partner_id, purpose_id, date DESC, id DESC)")
    _date_idx = models.Index("(date DESC, id DESC)")

    def _default_user_id(self):
        return self.env.user

    def _compute_is_current(self):
        current = self._get_newest(self.partner_id.ids, self.purpose_id.ids)
        for consent in self:
            consent.is_current = current.get((consent.partner_id.id, consent.purpose_id.id)) == consent.id

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["partner_id", "purpose_id", "date"])
        # Per row by the index, so that asking for one customer does not sort all decisions.
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "NOT EXISTS (SELECT FROM customer_consent newer"
                " WHERE newer.partner_id = %(row)s.partner_id AND newer.purpose_id = %(row)s.purpose_id"
                " AND (newer.date, newer.id) > (%(row)s.date, %(row)s.id))",
                row=SQL.identifier(alias),
            )
        )

    @api.depends("state", "date_until")
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for consent in self:
            consent.is_expired = bool(
                consent.state == "given" and consent.date_until and consent.date_until < today
            )

    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return Domain("state", "=", "given") & Domain("date_until", "<", today)

    @api.constrains("date", "date_until")
    def _check_date(self):
        limit = fields.Datetime.add(fields.Datetime.now(), minutes=5)
        for consent in self:
            if consent.date > limit:
                raise ValidationError(self.env._("A decision of a customer cannot lie in the future."))
            if consent.date_until and consent.date_until < consent.date.date():
                raise ValidationError(self.env._("A consent cannot end before it was given."))

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [{**vals} for vals in vals_list]
        if not self.env.su:
            for vals in vals_list:
                vals["user_id"] = self.env.uid
        consents = super().create(vals_list)
        if not self.env.su and OWN_SOURCES.intersection(consents.mapped("source")):
            raise AccessError(self.env._("Only the customer himself decides in the portal or on a web page."))
        consents._set_date_until()
        consents._adopt_attachments()
        consents._log()
        withdrawn = consents.filtered(lambda consent: consent.state != "given")
        withdrawn.partner_id._care_cancel_forbidden()
        return consents

    def write(self, vals):
        if vals and not self.env.su:
            raise AccessError(self.env._("A decision cannot be changed. Record the new decision instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The decisions of customers are kept. Record a new decision instead."))

    @api.model
    def _record(self, partners, purpose, state, source, **vals):
        """Record the same decision of several customers where it is not the present one already.

        >>> env["customer.consent"].sudo()._record(partner, purpose, "withdrawn", "portal")

        :param state: ``given``, ``refused`` or ``withdrawn``
        :return: the new ``customer.consent`` records
        """
        newest = self._get_newest(partners.ids, purpose.ids)
        present = {row.partner_id: row for row in self.sudo().browse(newest.values())}
        return self.create(
            [
                {"partner_id": partner.id, "purpose_id": purpose.id, "state": state, "source": source, **vals}
                for partner in partners
                if not (
                    partner in present
                    and present[partner].state == state
                    and not present[partner].is_expired
                    and not vals.get("evidence")
                )
            ]
        )

    @api.model
    def _get_newest(self, partner_ids, purpose_ids):
        """Return ``{(partner_id, purpose_id): id of the newest decision}``, in one query."""
        if not partner_ids or not purpose_ids:
            return {}
        self.flush_model(["partner_id", "purpose_id", "date"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (partner_id, purpose_id) partner_id, purpose_id, id"
                " FROM customer_consent WHERE partner_id = ANY(%s) AND purpose_id = ANY(%s)"
                " ORDER BY partner_id, purpose_id, date DESC, id DESC",
                list(partner_ids),
                list(purpose_ids),
            )
        )
        return {(partner_id, purpose_id): consent_id for partner_id, purpose_id, consent_id in rows}

    def _set_date_until(self):
        """Give consents without an end the one of their purpose."""
        for consent in self.sudo():
            months = consent.purpose_id.validity_months
            if consent.state == "given" and months and not consent.date_until:
                consent.date_until = consent.date.date() + relativedelta(months=months)

    def _adopt_attachments(self):
        """Let all who may read the decision read the files that were uploaded with it."""
        for consent in self:
            files = consent.sudo().attachment_ids.filtered(
                lambda file: not file.res_id and file.create_uid == self.env.user
            )
            files.write({"res_model": consent._name, "res_id": consent.id})

    def _log(self):
        self.env["customer.care.event"]._log(
            [
                {
                    "partner_id": consent.partner_id.id,
                    "kind": EVENT_KINDS[consent.state],
                    "summary": consent.purpose_id.name,
                    "res_model": consent._name,
                    "res_id": consent.id,
                    "company_id": consent.partner_id.company_id.id,
                }
                for consent in self.sudo()
            ]
        )
