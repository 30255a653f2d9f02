from odoo import api, fields, models
from odoo.addons.customer_care.tools.insert import insert
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from .customer_complaint import STAFF, VERDICTS
from .customer_complaint_part import PART

# Only the program sets these.
GUARDED = ("verdict_datetime", "verdict_user_id", "verdict_informed_datetime", "verdict_log_ids")


class CustomerComplaintVerdict(models.Model):
    """A verdict as it was given, append-only: a later one does not undo that there was an earlier one."""

    _name = "customer.complaint.verdict"
    _description = "Verdict on a Complaint"
    _inherit = ["customer.program.mixin", PART]
    _order = "datetime desc, id desc"
    _rec_name = "verdict"
    _log_access = False

    verdict = fields.Selection(VERDICTS, readonly=True, help="Empty: it was taken back.")
    datetime = fields.Datetime(string="Decided on", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Decided by", readonly=True)

    def _get_program_error(self):
        return self.env._("Verdicts are noted by the program alone.")


class CustomerComplaint(models.Model):
    """Whether a complaint is valid: who decided it and when, what the customer is told, and the verdicts before."""

    _inherit = "customer.complaint"

    verdict_datetime = fields.Datetime(string="Verdict on", readonly=True, copy=False, groups=STAFF)
    verdict_user_id = fields.Many2one(
        "res.users", string="Verdict by", readonly=True, copy=False, groups=STAFF
    )
    verdict_explanation = fields.Html(
        string="Explanation to the Customer",
        sanitize_attributes=True,
        copy=False,
        groups=STAFF,
        help="Why it was decided so, in the customer's language. Sent with “Send Explanation”.",
    )
    verdict_informed_datetime = fields.Datetime(
        string="Verdict Explained on", readonly=True, copy=False, groups=STAFF
    )
    verdict_log_ids = fields.One2many(
        "customer.complaint.verdict", "complaint_id", string="Verdicts", readonly=True, groups=STAFF
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_verdict_fields(name for vals in vals_list for name in vals)
        fresh = {"verdict_datetime": False, "verdict_user_id": False, "verdict_informed_datetime": False}
        complaints = super().create(
            [
                {**fresh, **vals, **(self._prepare_verdict_vals() if vals.get("verdict") else {})}
                for vals in vals_list
            ]
        )
        if any(vals.get("verdict") for vals in vals_list):
            complaints.sudo().filtered("verdict")._log_verdicts()
        return complaints

    def write(self, vals):
        self._check_verdict_fields(vals)
        if "verdict" not in vals:
            return super().write(vals)
        changed = self.sudo().filtered(lambda one: (one.verdict or False) != (vals["verdict"] or False))
        result = super().write(vals)
        if changed:
            changed._write_dates({**self._prepare_verdict_vals(), "verdict_informed_datetime": False})
            changed._log_verdicts()
        return result

    def _check_verdict_fields(self, names):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su and not set(GUARDED).isdisjoint(names):
            raise AccessError(self.env._("Who gave a verdict, and when, is noted by the program alone."))

    def _prepare_verdict_vals(self):
        return {"verdict_datetime": fields.Datetime.now(), "verdict_user_id": self.env.uid}

    def _log_verdicts(self):
        """Append the present verdicts to their history, as superuser."""
        if self:
            insert(
                self.env["customer.complaint.verdict"].sudo(),
                [
                    {
                        "complaint_id": complaint.id,
                        "verdict": complaint.verdict,
                        "datetime": complaint.verdict_datetime,
                        "user_id": self.env.uid,
                    }
                    for complaint in self
                ],
            )
            self.invalidate_recordset(["verdict_log_ids"], flush=False)

    # What the customer is told

    def action_draft_explanation(self):
        """Put the saved reply for the verdict and category into the explanation.

        :raises UserError: without a verdict, or when no saved reply fits
        """
        self.ensure_one()
        self.check_access("write")
        if not self.verdict:
            raise UserError(self.env._("Please give the verdict first."))
        replies = self.env["customer.complaint.reply"]
        fitting = replies.search(
            replies._get_fitting_domain(self) & Domain("verdict", "=", self.verdict), order="sequence, id"
        )
        # One for the category goes before one for all.
        reply = (fitting.filtered("category_ids") or fitting)[:1]
        if not reply:
            raise UserError(
                self.env._("There is no saved reply for this verdict. Please write the explanation.")
            )
        self.verdict_explanation = reply._render(self)

    def action_send_explanation(self):
        """Send the explanation to the customer, as a message that he can answer.

        :raises UserError: when there is none, or no address
        """
        self.ensure_one()
        self.check_access("write")
        if not self.verdict or is_html_empty(self.verdict_explanation):
            raise UserError(self.env._("Please give the verdict and write the explanation first."))
        email = self.sudo()._complaint_get_email()
        if not email:
            raise UserError(
                self.env._("No e-mail address is known. Tell the customer and press “Explained Otherwise”.")
            )
        # nobody waits for the mail server
        self.with_context(mail_notify_force_send=False).message_post(
            body=self.verdict_explanation,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_id.ids,
            outgoing_email_to=False if self.partner_id.email else email,
        )
        self.sudo()._write_dates({"verdict_informed_datetime": fields.Datetime.now()})

    def action_mark_explained(self):
        """Note that the verdict was explained to the customer otherwise, e.g. by phone."""
        self.check_access("write")
        if self.filtered(lambda complaint: not complaint.verdict):
            raise UserError(self.env._("Please give the verdict first."))
        now = fields.Datetime.now()
        complaints = self.sudo()
        complaints._write_dates({"verdict_informed_datetime": now})
        complaints._set_informed(now)
        body = self.env._("The verdict was explained to the customer.")
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))


class CustomerComplaintReply(models.Model):
    _inherit = "customer.complaint.reply"

    verdict = fields.Selection(
        VERDICTS,
        string="Explains the Verdict",
        help="Offered as explanation of this verdict, and not among the other replies.",
    )
