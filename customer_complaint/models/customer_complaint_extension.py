import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_datetime

from ..tools import clock
from .customer_complaint_policy_line import COMPLAINT_TARGETS, TARGETS, UNITS
from .customer_complaint_stage import OPEN_PHASES

_logger = logging.getLogger(__name__)


class CustomerComplaintExtension(models.Model):
    """More time for one time limit of a complaint; it counts once approved, from the moment of the request.

    Asked for in time it moves the deadline. Asked for when the limit was exceeded it gives a new deadline, but
    does not undo that the limit was exceeded.
    """

    _name = "customer.complaint.extension"
    _description = "Extension of a Complaint Time Limit"
    _inherit = ["customer.complaint.approved.mixin"]
    _guarded_fields = {
        "requested_datetime": False,
        "previous_deadline": False,
        "new_deadline": False,
        "unit": "working_hours",
    }

    _approval_protected_fields = ("complaint_id", "target", "amount", "unit", "reason")

    target = fields.Selection(
        [target for target in TARGETS if target[0] in COMPLAINT_TARGETS],
        string="Time Limit",
        required=True,
        default="resolution",
        tracking=True,
    )
    amount = fields.Float(
        string="More Time",
        required=True,
        default=1,
        digits=(16, 2),
        tracking=True,
        help="How much longer, in the unit of the time limit.",
    )
    unit = fields.Selection(
        UNITS, required=True, readonly=True, default="working_hours", help="That of the time limit."
    )
    reason = fields.Text(required=True, tracking=True, help="For those who approve.")
    is_notified = fields.Boolean(
        string="Tell the Customer", default=True, help="With the approval the customer is told the new date."
    )
    customer_note = fields.Text(
        string="Message to the Customer", help="Put into the notice, in the customer's language."
    )
    requested_datetime = fields.Datetime(string="Requested on", readonly=True, copy=False)
    previous_deadline = fields.Datetime(string="Deadline before", readonly=True, copy=False)
    new_deadline = fields.Datetime(readonly=True, copy=False, help="As it was when approved; pauses move it.")
    expected_deadline = fields.Datetime(
        compute="_compute_expected_deadline",
        help="The deadline that the approval would give now; empty while the time limit is paused.",
    )

    _amount_positive = models.Constraint("CHECK(amount > 0)", "An extension must be longer than nothing.")

    @api.depends("complaint_id.number", "target", "amount", "unit")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["target"]._description_selection(self.env))
        for extension in self:
            complaint = extension.complaint_id.sudo()
            more = complaint._say_amount(extension.amount, extension.unit)
            target = names.get(extension.target, "")
            extension.display_name = f"{complaint.number or ''} {target} + {more}".strip()

    @api.depends("complaint_id", "target", "amount", "unit", "approval_state")
    def _compute_expected_deadline(self):
        Clock = self.env["customer.complaint.clock"].sudo()
        results = Clock._compute_results(self.complaint_id._origin.sudo())
        questions = {}
        for extension in self:
            entry = results.get((extension.complaint_id._origin.id, extension.target))
            if entry and extension.amount > 0 and extension.approval_state != "approved":
                more = (fields.Datetime.now(), extension.amount, extension.unit)
                question = entry["question"]
                questions[extension] = question._replace(extensions=(*question.extensions, more))
        answers = Clock._answer(set(questions.values()))
        for extension in self:
            answer = answers.get(questions.get(extension))
            deadline = answer and answer["result"].deadline
            extension.expected_deadline = deadline and deadline.replace(microsecond=0)

    @api.onchange("complaint_id", "target")
    def _onchange_target(self):
        """Show the unit of the time limit before saving."""
        limit = self._get_limit()
        if limit:
            self.unit = limit[1]

    @api.constrains("amount", "unit")
    def _check_amount(self):
        for extension in self:
            if extension.amount > 10000:
                raise ValidationError(self.env._("An extension can be at most 10,000."))
            if extension.unit != "working_hours" and extension.amount != int(extension.amount):
                raise ValidationError(self.env._("An extension in days must be a whole number."))

    @api.model_create_multi
    def create(self, vals_list):
        extensions = super().create(vals_list)
        extensions._fill_units()
        return extensions

    def write(self, vals):
        result = super().write(vals)
        if not {"complaint_id", "target"}.isdisjoint(vals):
            self._fill_units()
        if not {"complaint_id", "target", "amount", "unit"}.isdisjoint(vals):
            approved = self.sudo().filtered(lambda extension: extension.approval_state == "approved")
            approved.complaint_id._refresh_clocks()
        return result

    def _get_limit(self):
        """Return (limit, unit) of the time limit that one extension extends, None without one."""
        _policy, limits = self.env["customer.complaint.policy"]._match(self.complaint_id.sudo())
        return next(((limit, unit) for target, limit, unit in limits if target == self.target), None)

    def _fill_units(self):
        """Take the unit of the time limit.

        :raises ValidationError: when the complaint has no such time limit
        """
        for extension in self.sudo():
            limit = extension._get_limit()
            if not limit:
                raise ValidationError(
                    self.env._(
                        "The complaint %(complaint)s has no such time limit.",
                        complaint=extension.complaint_id.display_name,
                    )
                )
            if extension.unit != limit[1]:
                extension.unit = limit[1]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        """Keep what was asked for and answered: it explains deadlines."""
        if not self.env.su and self.sudo().filtered(lambda extension: extension.approval_state != "draft"):
            raise UserError(self.env._("Only extensions that were not requested yet can be deleted."))

    # What approvals and the customer care ask

    def action_request_approval(self):
        """Ask for the extensions of open time limits; see the mixin.

        :raises UserError: when a complaint or its time limit is done
        """
        self.check_access("write")
        stored = self.env["customer.complaint.clock"].sudo()._get_stored(self.complaint_id)
        for extension in self.sudo():
            line = stored.get((extension.complaint_id.id, extension.target))
            if (
                extension.complaint_id.phase not in OPEN_PHASES
                or not line
                or line.state not in clock.OPEN_STATES
            ):
                raise UserError(
                    self.env._("There is nothing left to extend: %(name)s", name=extension.display_name)
                )
        self.sudo().write({"requested_datetime": fields.Datetime.now()})
        return super().action_request_approval()

    def _approval_on_approved(self):
        result = super()._approval_on_approved()
        Clock = self.env["customer.complaint.clock"].sudo()
        before = Clock._get_stored(self.complaint_id)
        before = {key: line.deadline for key, line in before.items()}
        self.complaint_id._restart_escalations()
        after = Clock._get_stored(self.complaint_id)
        for extension in self.sudo():
            key = (extension.complaint_id.id, extension.target)
            extension.write(
                {
                    "previous_deadline": before.get(key, False),
                    "new_deadline": after[key].deadline if key in after else False,
                }
            )
        self.sudo()._care_log("extension_approved")
        self.sudo().filtered("is_notified")._notify_customers()
        return result

    def _approval_on_reset(self):
        result = super()._approval_on_reset()
        self.complaint_id._refresh_clocks()
        return result

    def _care_get_summary(self):
        self.ensure_one()
        return self.complaint_id.number or ""

    # The notice

    def _notify_customers(self):
        """Mail the new date to the customers, or ask for a call where no address is known."""
        template = self.env.ref(
            "customer_complaint.mail_template_complaint_extension", raise_if_not_found=False
        )
        mailed = self.filtered(lambda extension: template and extension.complaint_id._complaint_get_email())
        if mailed and not mailed._send_notices(template):
            mailed = mailed.browse()
        for extension in mailed:
            extension.complaint_id._message_log(
                body=self.env._(
                    "The customer is told that the deadline is extended: %(name)s",
                    name=extension.display_name,
                )
            )
        summary = self.env._("Tell the customer the new date")
        (self - mailed).complaint_id._complaint_remind("mail.mail_activity_data_call", summary)

    def _send_notices(self, template):
        """Queue the notices; a template that somebody broke must not hinder approving. Return whether it worked."""
        try:
            with self.env.cr.savepoint():
                template.sudo().send_mail_batch(self.ids, email_values={"is_notification": True})
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("The notice of an extension, %s, cannot be rendered", template.name)
            return False
        return True

    def _get_promise(self):
        """Return the new deadline in words of the customer's language and zone; '' while it is not known."""
        self.ensure_one()
        if not self.new_deadline:
            return ""
        complaint = self.complaint_id
        zone = complaint.partner_id.tz or self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        return format_datetime(
            self.env,
            self.new_deadline,
            tz=zone,
            dt_format="short",
            lang_code=complaint._complaint_get_lang(),
        )
