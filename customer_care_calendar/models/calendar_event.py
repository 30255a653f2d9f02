from datetime import timedelta
from operator import methodcaller

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

MEETINGS_AT_ONCE = 200
# The job looks back so many days: longer than any pause of the server, shorter than all of history.
DAYS_BACK = 30


class CalendarEvent(models.Model):
    """Meetings with customers that are over become contacts, each one once for each customer."""

    _inherit = "calendar.event"

    care_is_contact = fields.Boolean(
        string="Customer Contact",
        compute="_compute_care_is_contact",
        store=True,
        readonly=False,
        copy=True,
        help="Once the meeting is over it is noted as a contact with the customers among its attendees. "
        "Private meetings are not.",
    )
    care_logged_datetime = fields.Datetime(
        string="Noted as Contact On", readonly=True, copy=False, help="Empty: not noted yet."
    )

    _care_open_idx = models.Index("(stop) WHERE care_is_contact AND care_logged_datetime IS NULL")

    def _auto_init(self):
        # Meetings from before the installation stay as they are: none of them becomes a contact by itself.
        if not column_exists(self.env.cr, self._table, "care_is_contact"):
            create_column(self.env.cr, self._table, "care_is_contact", "boolean")
        return super()._auto_init()

    @api.depends("partner_ids")
    def _compute_care_is_contact(self):
        """On when a customer takes part; chosen otherwise it stays until the attendees change."""
        customers = self._care_get_customers()
        for event in self:
            event.care_is_contact = bool(customers[event])

    def action_care_log_contact(self):
        """Note the meetings as contacts now, without waiting for the job.

        :raises UserError: one is not over, private, or without customers
        """
        self.check_access("write")
        now, customers = fields.Datetime.now(), self._care_get_customers()
        for event in self:
            if event.stop > now:
                raise UserError(self.env._("The meeting is not over yet."))
            if event._care_is_private():
                raise UserError(self.env._("A private meeting is not noted as a contact."))
            if not customers[event]:
                raise UserError(self.env._("No customer takes part in this meeting."))
        self._care_log_contacts()
        return True

    @api.model
    def _cron_care_log(self):
        """Note all meetings that have ended, in batches; each one is committed with its marks."""
        work_in_batches(
            self, self._care_get_due_domain(), methodcaller("_care_log_contacts"), MEETINGS_AT_ONCE
        )

    @api.model
    def _care_get_due_domain(self):
        now = fields.Datetime.now()
        return (
            Domain("care_is_contact", "=", True)
            & Domain("care_logged_datetime", "=", False)
            & Domain("stop", "<=", now)
            & Domain("stop", ">", now - timedelta(days=DAYS_BACK))
            & Domain("active", "=", True)
        )

    def _care_log_contacts(self):
        """Append one contact for each customer of each meeting; private meetings and who declined are left out."""
        meetings = self.sudo().filtered(lambda event: not event._care_is_private())
        vals_list = []
        for event, people in meetings._care_get_customers().items():
            for customer in people.grouped(lambda person: person.commercial_partner_id).values():
                vals_list.append(event._care_prepare_log_vals(customer[0], people))
        self.env["customer.contact.log"]._log_contacts(vals_list)
        if self:
            # no write: it would tell the attendees, and other calendars, of a change
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE calendar_event SET care_logged_datetime = %s WHERE id = ANY(%s)",
                    fields.Datetime.now(),
                    self.ids,
                )
            )
            self.invalidate_recordset(["care_logged_datetime"])

    def _care_prepare_log_vals(self, partner, people):
        """Return the values of the contact of one customer (singleton). Override to add some."""
        self.ensure_one()
        start, stop = self.start, self.stop
        if self.allday:
            start = fields.Datetime.to_datetime(self.start_date)
            stop = fields.Datetime.to_datetime(self.stop_date) + timedelta(days=1)
        return {
            "partner_id": partner.id,
            "kind": "meeting",
            "direction": "out",
            "source": "meeting",
            "subject": self.name or "-",
            "date_start": start,
            "date_end": stop,
            "user_id": self.user_id.id or None,
            "participant_ids": people.ids,
            "company_id": partner.company_id.id or self.user_id.company_id.id or self.env.company.id,
            "res_model": self._name,
            "res_id": self.id,
        }

    def _care_get_customers(self):
        """Return ``{meeting: attendees who are customers and did not decline}``, as superuser."""
        people = {
            event: event.partner_ids._origin
            - event.attendee_ids.filtered(lambda one: one.state == "declined").partner_id
            for event in self
        }
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        ids = {number for partners in people.values() for number in partners.ids}
        customers = Partner.search(Domain("id", "in", ids) & Partner._care_get_customer_domain())
        return {event: partners.sudo() & customers for event, partners in people.items()}

    def _care_is_private(self):
        self.ensure_one()
        return self.effective_privacy == "private"
