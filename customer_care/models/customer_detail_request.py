import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OPEN_STATES = ("sent", "answered")


class CustomerDetailRequest(models.Model):
    """A customer is asked to check the details we keep; the answer arrives as proposals.

    Whoever holds the link of an open request sees the present values and proposes others; nothing is written
    to the customer before one of our people accepts it.
    """

    _name = "customer.detail.request"
    _description = "Request to Check Details"
    _inherit = ["customer.care.mixin", "customer.link.mixin"]
    _link_path = "/care/details"
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", index=True, readonly=True)
    origin = fields.Selection(
        [("mail", "Link by mail"), ("portal", "Customer portal")],
        required=True,
        readonly=True,
        default="mail",
    )
    token = fields.Char(
        groups=fields.NO_ACCESS, copy=False, readonly=True, default=lambda self: secrets.token_urlsafe(32)
    )
    state = fields.Selection(
        [
            ("sent", "Sent"),
            ("answered", "Answered"),
            ("done", "Done"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="sent",
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    date_expiry = fields.Date(string="Open until", required=True, readonly=True)
    date_answered = fields.Datetime(string="Answered on", readonly=True)
    is_confirmed = fields.Boolean(
        string="All is right", readonly=True, help="The customer found nothing to correct."
    )
    user_id = fields.Many2one("res.users", string="Asked by", readonly=True, index="btree_not_null")
    email = fields.Char(readonly=True)
    proposal_ids = fields.One2many("customer.detail.proposal", "request_id", readonly=True)

    _open_idx = models.Index("(date_expiry) WHERE state IN ('sent', 'answered')")

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for request in self:
            day = fields.Date.to_string(request.date)
            request.display_name = f"{request.partner_id.display_name or ''} {day or ''}".strip()

    def action_cancel(self):
        """Close the links of open requests.

        :raises UserError: when one of them is finished
        """
        self._check_may_handle()
        if self.filtered(lambda request: request.state not in OPEN_STATES):
            raise UserError(self.env._("Only open requests can be cancelled."))
        self.sudo().proposal_ids.filtered(lambda proposal: proposal.state == "open")._close("replaced")
        self.sudo().write({"state": "cancelled"})
        return True

    # For the wizard and the pages

    @api.model
    def _ask(self, partners):
        """Send the link to the customers; older open requests are cancelled. Returns the requests.

        The caller has checked rights and the contact gate.
        """
        requests = self.sudo()
        old = requests.search([("partner_id", "in", partners.ids), ("state", "=", "sent")])
        old.write({"state": "cancelled"})
        new = requests.create([self._prepare_request_vals(partner) for partner in partners])
        template = self.env.ref("customer_care.mail_template_check_details").sudo()
        for company, group in new.grouped("company_id").items():
            # no token in a log: the mail is deleted once it is sent
            template.with_company(company or self.env.company).send_mail_batch(group.ids)
        new.with_user(self.env.user).sudo()._care_log("details_asked", "")
        return new

    @api.model
    def _prepare_request_vals(self, partner, origin="mail"):
        company = partner.company_id or self.env.company
        days = company.sudo().care_details_days
        return {
            "partner_id": partner.id,
            "company_id": partner.company_id.id,
            "origin": origin,
            "user_id": self.env.uid if origin == "mail" else False,
            "email": partner.email if origin == "mail" else False,
            "date_expiry": fields.Date.add(fields.Date.context_today(self), days=days),
        }

    @api.model
    def _find_of_portal(self, partner):
        """Return the request that keeps the portal's last answer while its proposals wait; may be empty."""
        return self.sudo().search(
            [("partner_id", "=", partner.id), ("origin", "=", "portal"), ("state", "=", "answered")], limit=1
        )

    def _is_link_open(self):
        self.ensure_one()
        return (
            self.state in OPEN_STATES
            and self.date_expiry >= fields.Date.context_today(self)
            and self.partner_id.active
        )

    def _answer(self, changes):
        """Keep what the customer wrote as proposals; without any the customer found everything right.

        :param changes: {field name: text as ``customer.detail.proposal`` keeps it}
        """
        self.ensure_one()
        self.proposal_ids.filtered(lambda proposal: proposal.state == "open")._close("replaced")
        self.write(
            {
                "state": "answered" if changes else "done",
                "date_answered": fields.Datetime.now(),
                "is_confirmed": not changes,
            }
        )
        if not changes:
            self._close_activity()
            return self.partner_id._care_mark_verified("customer")
        Proposal = self.env["customer.detail.proposal"]
        Proposal.create(
            [
                {
                    "request_id": self.id,
                    "field_id": self.env["ir.model.fields"]._get("res.partner", name).id,
                    "old_value": Proposal._get_raw(self.partner_id, name),
                    "new_value": value,
                }
                for name, value in changes.items()
            ]
        )
        self._care_log("details_proposed", "")
        return self._plan_activity()

    def _plan_activity(self):
        """Ask the responsible person to look at the proposals, once for each customer."""
        kind = self.env.ref("customer_care.mail_activity_type_details")
        user = self.partner_id._care_get_helper()
        if not user or self._get_activities():
            return
        self.partner_id.activity_schedule(activity_type_id=kind.id, user_id=user.id)

    def _get_activities(self):
        kind = self.env.ref("customer_care.mail_activity_type_details")
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "res.partner"),
                    ("res_id", "in", self.partner_id.ids),
                    ("activity_type_id", "=", kind.id),
                ]
            )
        )

    def _close_activity(self):
        waiting = self.partner_id.sudo().care_proposal_ids.filtered(lambda proposal: proposal.state == "open")
        done = self._get_activities().filtered(lambda activity: activity.res_id not in waiting.partner_id.ids)
        done.action_feedback()

    def _finish(self):
        """Close requests whose proposals are all decided; with none rejected the record is verified."""
        done = self.filtered(
            lambda request: (
                request.state == "answered"
                and not request.proposal_ids.filtered(lambda proposal: proposal.state == "open")
            )
        )
        done.write({"state": "done"})
        done._close_activity()
        verified = done.filtered(lambda request: "rejected" not in request.proposal_ids.mapped("state"))
        verified.partner_id._care_mark_verified("customer")

    def _check_may_handle(self):
        """:raises AccessError: for users outside of the customer care"""
        if not self.env.su and not self.env.user.has_group("customer_care.group_care_user"):
            raise AccessError(self.env._("Only the customer care handles requests to check details."))
        self.check_access("read")
        self.sudo().partner_id.with_env(self.env).check_access("write")

    @api.model
    def _cron_expire(self):
        """Close requests nobody answered in time; proposals that wait stay to be decided."""
        late = self.search([("state", "=", "sent"), ("date_expiry", "<", fields.Date.today())])
        late.write({"state": "expired"})
