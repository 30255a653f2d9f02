import pytz
from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# A sheet of paper longer than this helps nobody; the workbook has no end.
PRINTED_ROWS = 2000
COLUMNS = (
    "date_start", "partner_id", "kind", "direction", "subject", "duration_minutes", "duration_text", "user_id",
    "participant_ids", "result", "next_step", "next_date", "source",
)  # fmt: skip


class CustomerContactSheet(models.TransientModel):
    """The record sheet of contacts: with a customer, of an employee, in a period; printed or as a workbook."""

    _name = "customer.contact.sheet"
    _description = "Contact Record Sheet"
    _inherit = ["customer.xlsx.mixin"]

    partner_id = fields.Many2one("res.partner", string="Customer", help="Empty: all customers.")
    user_id = fields.Many2one("res.users", string="Employee", domain="[('share', '=', False)]")
    date_from = fields.Date(string="From", required=True, default=lambda self: self._default_date_from())
    date_to = fields.Date(string="Until", required=True, default=fields.Date.context_today)

    log_ids = fields.Many2many("customer.contact.log", help="Only these, whatever the period.")

    def _default_date_from(self):
        return fields.Date.context_today(self) - relativedelta(months=3)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for sheet in self:
            if sheet.date_from > sheet.date_to:
                raise ValidationError(self.env._("The period ends before it begins."))

    def action_print(self):
        """Print the sheet.

        :raises UserError: there is nothing to print, or too much for paper
        """
        logs = self.env["customer.contact.log"].search(
            self._get_domain(), order="date_start, id", limit=PRINTED_ROWS + 1
        )
        if not logs:
            raise UserError(self.env._("There are no contacts in this period."))
        if len(logs) > PRINTED_ROWS:
            raise UserError(
                self.env._("These are too many contacts for paper: choose less, or take the workbook.")
            )
        return self.env.ref("customer_care.customer_contact_log_report_sheet").report_action(logs)

    def _get_domain(self):
        """Return the domain of the contacts of the sheet (singleton); days are those of the reader's zone."""
        self.ensure_one()
        if self.log_ids:
            return Domain("id", "in", self.log_ids.ids)
        domain = Domain("date_start", ">=", self._get_moment(self.date_from)) & Domain(
            "date_start", "<", self._get_moment(fields.Date.add(self.date_to, days=1))
        )
        if self.partner_id:
            domain &= Domain("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id)
        if self.user_id:
            domain &= Domain("user_id", "=", self.user_id.id)
        return domain

    def _get_moment(self, day):
        """Return the begin of a day of the reader's zone as naive UTC datetime."""
        local = self.env.tz.localize(fields.Datetime.to_datetime(day))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_xlsx_name(self):
        return self.env._("Contact Record Sheet")

    def _write_xlsx(self, book):
        sheet = book.add_sheet(self._get_xlsx_name())
        sheet.write_title(self._get_xlsx_name())
        sheet.write_records(
            self.env["customer.contact.log"], self._get_domain(), COLUMNS, order="date_start, id"
        )
