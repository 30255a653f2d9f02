import secrets

from odoo import api, fields, models
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_datetime, html2plaintext, is_html_empty, plaintext2html

from . import identity_fields as masked

STATES = [
    ("draft", "Draft"),
    ("open", "In Work"),
    ("done", "Done"),
    ("returned", "Returned"),
    ("cancelled", "Cancelled"),
]
# Only the program sets these; with the values of a new task.
GUARDED_FIELDS = {
    "state": "draft",
    "handed_datetime": False,
    "done_datetime": False,
    "done_by": False,
    "return_reason": False,
    "reminded_datetime": False,
    "reopen_count": 0,
}
# What those who do the task were told cannot change behind their back.
ADDRESSEE_FIELDS = {"department_id", "user_id", "email"}
TOLD_FIELDS = {*ADDRESSEE_FIELDS, "complaint_id", "briefing"}


class CustomerComplaintTask(models.Model):
    """Something another department does for a complaint, in time counted from its handing over.

    What is done when it is handed over, answered or late is in ``customer_complaint_task_answer``.
    """

    _name = "customer.complaint.task"
    _description = "Department Task"
    _inherit = ["customer.guard.mixin", "customer.link.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "deadline, id desc"

    _guarded_fields = GUARDED_FIELDS
    _link_path = "/complaint/task"

    name = fields.Char(string="Task", required=True, tracking=True)
    complaint_id = fields.Many2one(
        "customer.complaint", required=True, index=True, ondelete="cascade", readonly=False
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    partner_id = masked.Many2one(related="complaint_id.partner_id", string="Customer")
    handler_id = fields.Many2one(related="complaint_id.user_id", string="Handler of the Complaint")
    department_id = fields.Many2one(
        "customer.complaint.department", index="btree_not_null", ondelete="restrict", tracking=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Done by",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain=[("share", "=", False)],
        tracking=True,
    )
    email = fields.Char(
        string="Mail to",
        compute="_compute_email",
        store=True,
        readonly=False,
        precompute=True,
        help="Of whoever does the task without a login here: answers by the link in the mail.",
    )
    briefing = fields.Html(
        string="What They Are Told",
        sanitize_attributes=True,
        help="The page behind the link shows this, the title and the files, nothing else of the complaint and "
        "nothing of the customer.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "customer_complaint_task_attachment_rel",
        string="Files for Them",
        bypass_search_access=True,
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, copy=False, tracking=True, index=True, group_expand=True
    )
    handed_datetime = fields.Datetime(string="Handed over on", readonly=True, copy=False)
    deadline = fields.Datetime(
        copy=False,
        tracking=True,
        help="Leave empty to have it counted from the handing over, by the time limit for department tasks.",
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late", string="Late")
    result = fields.Html(sanitize_attributes=True, copy=False)
    return_reason = fields.Text(readonly=True, copy=False, tracking=True)
    done_datetime = fields.Datetime(string="Done on", readonly=True, copy=False)
    done_by = fields.Char(string="Answered by", readonly=True, copy=False)
    reminded_datetime = fields.Datetime(string="Reminded on", readonly=True, copy=False)
    reopen_count = fields.Integer(string="Given Back", readonly=True, copy=False)
    token = fields.Char(
        groups=fields.NO_ACCESS, copy=False, readonly=True, default=lambda self: secrets.token_urlsafe(32)
    )

    _open_idx = models.Index("(deadline) WHERE state = 'open'")

    @api.depends("department_id")
    def _compute_user_id(self):
        for task in self:
            task.user_id = task.department_id.user_id or task.user_id

    @api.depends("department_id", "user_id")
    def _compute_email(self):
        for task in self:
            task.email = False if task.user_id else task.department_id.email or task.email

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for task in self:
            task.is_late = bool(task.state == "open" and task.deadline and task.deadline < now)

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "open") & Domain("deadline", "<", fields.Datetime.now())

    @api.constrains("email")
    def _check_email(self):
        for task in self:
            if task.email and not email_normalize(task.email):
                raise ValidationError(
                    self.env._("“%(email)s” is not a mail address.", email=task.email[:100])
                )

    @api.constrains("user_id")
    def _check_user_id(self):
        self.user_id._care_check_employees()

    @api.constrains("department_id", "complaint_id")
    def _check_company(self, fnames=None):
        for task in self.sudo():
            company = task.department_id.company_id
            if company and company != task.complaint_id.company_id:
                raise ValidationError(
                    self.env._(
                        "The department %(name)s belongs to another company.", name=task.department_id.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks.complaint_id.check_access("write")
        # nobody closes the complaint meanwhile
        take_turns(tasks.complaint_id)
        return tasks

    def write(self, vals):
        if ADDRESSEE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        before = {task: (task.user_id, task.email) for task in self.sudo()}
        result = super().write(vals)
        for task, addressee in before.items():
            if (task.user_id, task.email) != addressee:
                # the link of who had it before leads nowhere
                task.token = secrets.token_urlsafe(32)
        return result

    def _check_change(self, vals):
        self.complaint_id.check_access("write")
        if "complaint_id" in vals:
            self.env["customer.complaint"].browse(vals["complaint_id"]).check_access("write")
        told = self.filtered(lambda task: task.state not in ("draft", "returned"))
        if told and not TOLD_FIELDS.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "What was handed over is not changed any more. Cancel the task and make another one, or "
                    "write a message."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_handed_over(self):
        if not self.env.su and self.filtered(lambda task: task.state != "draft"):
            raise UserError(self.env._("Tasks that were handed over are cancelled, not deleted."))

    # What is said and shown

    def _get_addressee_email(self):
        """Return the normalized address to write to (singleton, superuser), False without one."""
        self.ensure_one()
        return email_normalize(self.user_id.email or self.email or "")

    def _get_lang(self):
        """Return the language to write in."""
        self.ensure_one()
        return self.user_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _is_link_open(self):
        """The page shows what is in work or was answered, no drafts and nothing cancelled; to nobody who has left."""
        return self.state in ("open", "done", "returned") and (not self.user_id or self.user_id.active)

    def _has_content(self, html):
        return bool(html) and not is_html_empty(html) and bool(html2plaintext(html).strip())

    def _to_html(self, text):
        return plaintext2html(text) if text else False

    def _get_deadline_text(self):
        """Return the deadline in words of the addressee's language and zone; '' without one."""
        self.ensure_one()
        if not self.deadline:
            return ""
        return format_datetime(
            self.env, self.deadline, tz=self._get_zone(), dt_format="short", lang_code=self._get_lang()
        )

    def _get_zone(self):
        """Return the name of the time zone of who does the task (singleton)."""
        return self.user_id.tz or self.company_id.partner_id.tz or self.env.user.tz or "UTC"
