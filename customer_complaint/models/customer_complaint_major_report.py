import base64
import hashlib
import json

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, html2plaintext

SECTIONS = ("happened", "done", "asked", "measures", "appraisal", "cost")
# Who signs, in this order; the last one releases the complaint.
SIGNERS = ("handler", "department", "manager")
ACTIVITY = "customer_complaint.mail_activity_type_sign"
MANAGER = "customer_complaint.group_complaint_manager"
REPORT = "customer_complaint.customer_complaint_major_report_pdf"
TEMPLATE = "customer_complaint.mail_template_complaint_major_report"


class CustomerComplaintMajorReport(models.Model):
    """The report on a major complaint, in versions. Issued it never changes: a new version takes its place."""

    _name = "customer.complaint.major.report"
    _description = "Major Complaint Report"
    _inherit = "customer.guard.mixin"
    _order = "complaint_id desc, version desc"
    _guarded_fields = {
        "version": 0,
        "state": "draft",
        "issued_datetime": False,
        "issued_by_id": False,
        "content": False,
        "digest": False,
        "pdf": False,
        "sent_to": False,
        "sign_ids": [],
        "appraisal_decision": False,
        "appraisal_reason": False,
    }

    complaint_id = fields.Many2one("customer.complaint", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id")
    version = fields.Integer(readonly=True, aggregator=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("issued", "Being Signed"),
            ("signed", "Signed"),
            ("replaced", "Replaced by a Newer Version"),
        ],
        string="Status",
        readonly=True,
        required=True,
        default="draft",
    )
    happened = fields.Html(string="What Happened")
    done = fields.Html(string="What Was Done so Far")
    asked = fields.Html(string="What Is Asked of Whom")
    measures = fields.Html()
    appraisal = fields.Html(string="Technical Appraisal")
    cost = fields.Html(string="Expected Cost")
    department_user_id = fields.Many2one(
        "res.users",
        string="Signs for the Department",
        domain=[("share", "=", False)],
        help="Signs between the handler and the service manager. Leave empty when no department is concerned.",
    )

    issued_datetime = fields.Datetime(string="Issued on", readonly=True)
    issued_by_id = fields.Many2one("res.users", string="Issued by", readonly=True)
    content = fields.Json(readonly=True)
    digest = fields.Char(string="Fingerprint", readonly=True, help="SHA-256 of the issued text.")
    pdf = fields.Binary(string="PDF", attachment=True, readonly=True)
    pdf_name = fields.Char(compute="_compute_display_name")
    sent_to = fields.Char(readonly=True)
    sign_ids = fields.One2many(
        "customer.complaint.major.sign", "report_id", string="Signatures", readonly=True
    )
    appraisal_decision = fields.Selection(
        [("needed", "Technical Appraisal Needed"), ("not_needed", "No Technical Appraisal")],
        string="Decision on the Appraisal",
        readonly=True,
    )
    appraisal_reason = fields.Text(string="Reason of the Decision", readonly=True)
    can_sign = fields.Boolean(compute="_compute_can_sign")
    is_release = fields.Boolean(compute="_compute_can_sign")

    _version_uniq = models.UniqueIndex(
        "(complaint_id, version) WHERE version > 0", "There is this version of the report already."
    )
    _draft_uniq = models.UniqueIndex(
        "(complaint_id) WHERE state = 'draft'", "There is a draft of the report already."
    )

    @api.depends("complaint_id", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._(
                "Major complaint report %(number)s, version %(version)s",
                number=report.complaint_id.number or "",
                version=report.version,
            )
            report.pdf_name = f"{report.complaint_id.number or 'report'}-v{report.version}.pdf"

    @api.depends("sign_ids.signed_datetime", "state")
    @api.depends_context("uid")
    def _compute_can_sign(self):
        for report in self:
            line = report.state == "issued" and report.sudo()._get_next_sign()
            report.can_sign = bool(line) and line._is_for(self.env.user)
            report.is_release = bool(line) and line.role == "manager"

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        reports.check_access("write")
        reports.complaint_id.check_access("write")
        for complaint, some in reports.sudo().grouped("complaint_id").items():
            last = max((complaint.major_report_ids - some).mapped("version"), default=0)
            for report in some:
                last += 1
                report.version = last
        return reports

    def _check_change(self, vals):
        """:raises UserError: an issued version never changes"""
        if any(report.state != "draft" for report in self):
            raise UserError(self.env._("An issued report does not change. Write a new version."))
        if "complaint_id" in vals:
            raise UserError(self.env._("A report stays with its complaint."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if not self.env.su and any(report.state != "draft" for report in self):
            raise UserError(self.env._("An issued report is kept."))

    # Issue

    def action_issue(self):
        """Freeze the draft with its PDF, ask for the signatures and mail it to those who must know.

        :raises UserError: it is no draft, or says nothing of what happened
        """
        for report in self:
            report.check_access("write")
            report.complaint_id.check_access("write")
            report.lock_for_update()
            report.invalidate_recordset(["state"])
            if report.state != "draft":
                raise UserError(self.env._("This version is issued already."))
            if not html2plaintext(report.happened or "").strip():
                raise UserError(self.env._("Please say what happened."))
            report.sudo()._issue(self.env.user)
        return True

    def _issue(self, user):
        """Freeze one draft (as superuser)."""
        complaint = self.complaint_id
        older = complaint.major_report_ids.filtered(lambda one: one.state in ("issued", "signed"))
        older.write({"state": "replaced"})
        complaint.write({"released_datetime": False, "released_by_id": False})
        now = fields.Datetime.now()
        content = self._freeze(now, user)
        self.write(
            {
                "state": "issued",
                "issued_datetime": now,
                "issued_by_id": user.id,
                "content": content,
                "digest": self._get_digest(content),
            }
        )
        # The next draft is stored only when this one is none in the database.
        self.flush_recordset(["state"])
        people = {
            "handler": complaint.user_id,
            "department": self.department_user_id,
            "manager": complaint.team_id.manager_id,
        }
        self.env["customer.complaint.major.sign"].create(
            [
                {"report_id": self.id, "sequence": place, "role": role, "user_id": people[role].id}
                for place, role in enumerate(SIGNERS)
                if people[role] or role == "manager"
            ]
        )
        lang = complaint.company_id.partner_id.lang or self.env.lang
        pdf, _kind = self.env["ir.actions.report"].with_context(lang=lang)._render_qweb_pdf(REPORT, self.ids)
        self.pdf = base64.b64encode(pdf)
        self._mail(pdf)
        self._ask_next()

    def _freeze(self, now, user):
        """Return what the version says, as plain text values."""
        complaint = self.complaint_id
        return {
            "number": complaint.number,
            "subject": complaint.name,
            "version": self.version,
            "reason": complaint.major_reason or "",
            "issued": fields.Datetime.to_string(now),
            "issued_by": user.name,
            "company": complaint.company_id.name,
            **{name: str(self[name] or "") for name in SECTIONS},
        }

    @api.model
    def _get_digest(self, content):
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _is_intact(self):
        """Return whether the issued text is the one of which the fingerprint was taken (singleton)."""
        return bool(self.content) and self._get_digest(self.content) == self.digest

    def _get_sections(self):
        """Return [(title, html)] of the report (singleton): of an issued one as it was frozen."""
        self.ensure_one()
        source = self.content or {name: self[name] or "" for name in SECTIONS}
        labels = self.fields_get(SECTIONS, attributes=("string",))
        return [(labels[name]["string"], Markup(source.get(name) or "")) for name in SECTIONS]

    def _get_mail_sections(self):
        """Return the sections of the message: what happened, what was done and what is asked (singleton)."""
        return [section for section in self._get_sections()[:3] if section[1]]

    # Draft

    @api.model
    def _prepare_draft(self, complaint):
        """Return the values of a draft from what is known of a complaint (as superuser). Override to add more."""
        env = self.env
        received = format_date(env, complaint.received_datetime)
        head = env._(
            "%(date)s: %(subject)s (%(category)s)",
            date=received,
            subject=complaint.name,
            category=complaint.category_id.display_name or "-",
        )
        done = [
            f"{format_date(env, moment)} {label}"
            for _key, label, moment, _who in complaint._get_milestones()
            if moment
        ]
        tasks = [
            ": ".join(filter(None, (task.department_id.name or task.user_id.name, task.name)))
            for task in complaint.task_ids
            if task.state not in ("done", "cancelled")
        ]
        offers = [offer._get_offer() for offer in complaint.compensation_ids if offer.state != "cancelled"]
        return {
            "complaint_id": complaint.id,
            "happened": Markup("<p>%s</p>%s") % (head, complaint.description or ""),
            "done": self._join_rows(done),
            "asked": self._join_rows(tasks),
            "measures": complaint.proposal or complaint.resolution or False,
            "appraisal": False,
            "cost": self._join_rows(offers),
        }

    @api.model
    def _join_rows(self, rows):
        """Return texts as a list in HTML, False without any."""
        items = Markup("").join(Markup("<li>%s</li>") % row for row in rows if row)
        return Markup("<ul>%s</ul>") % items if items else False

    # Mail

    def _get_addressees(self):
        """Return the contacts to whom the report goes: of company, team and category (singleton, superuser)."""
        complaint = self.complaint_id
        partners = (
            complaint.company_id.major_partner_ids
            | complaint.team_id.major_partner_ids
            | complaint.category_id.major_partner_ids
            | complaint.team_id.manager_id.partner_id
        )
        if complaint.is_confidential or complaint.is_identity_protected:
            # only who may read the complaint, and knows who complained
            partners = partners.filtered(
                lambda partner: any(
                    complaint.with_user(user).has_access("read")
                    and not complaint.with_user(user)._hides_identity()
                    for user in partner.user_ids
                    if user.active
                )
            )
        return partners.filtered("email")

    def _mail(self, pdf):
        """Mail the version with its PDF, one message to each in his language."""
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        partners = self._get_addressees()
        for partner in partners if template else ():
            template.with_context(lang=partner.lang).send_mail(
                self.id,
                email_values={
                    "recipient_ids": [(6, 0, partner.ids)],
                    "attachments": [(self.pdf_name, base64.b64encode(pdf))],
                },
            )
        self.sent_to = ", ".join(partners.mapped("name")) or False

    # Signatures

    def _get_next_sign(self):
        """Return whose signature is due (singleton), may be empty."""
        return self.sign_ids.sorted("sequence").filtered(lambda line: not line.signed_datetime)[:1]

    def _ask_next(self):
        """Give who signs next a to-do on the complaint, instead of who was asked before."""
        self.complaint_id.activity_unlink([ACTIVITY])
        line = self._get_next_sign()
        user = line.user_id
        if user and user != self.env.user:
            complaint = self.complaint_id.with_context(lang=user.lang or self.env.lang)
            complaint.activity_schedule(
                ACTIVITY,
                user_id=user.id,
                summary=complaint.env._("Sign the report on this major complaint"),
            )

    def action_sign(self, appraisal_decision=None, appraisal_reason=None):
        """Sign an issued version in one's turn. The service manager's signature releases the complaint.

        :param appraisal_decision: of the service manager: ``needed`` or ``not_needed``
        :param appraisal_reason: why, obligatory with a decision
        :raises UserError: it is not the user's turn, or the decision is missing
        """
        self.ensure_one()
        self.check_access("read")
        self.lock_for_update()
        self.invalidate_recordset()
        self.sudo().sign_ids.invalidate_recordset()
        report = self.sudo()
        line = report._get_next_sign() if report.state == "issued" else report.sign_ids.browse()
        if not line or not line._is_for(self.env.user):
            raise UserError(self.env._("It is not your turn to sign this report."))
        if not report._is_intact():
            raise UserError(self.env._("The text of this report is not the one that was issued."))
        if line.role == "manager":
            reason = str(appraisal_reason or "").strip()
            if appraisal_decision not in dict(report._fields["appraisal_decision"].selection) or not reason:
                return self._ask_decision()
            report.write(
                {"appraisal_decision": appraisal_decision, "appraisal_reason": reason, "state": "signed"}
            )
            report.complaint_id.write(
                {"released_datetime": fields.Datetime.now(), "released_by_id": self.env.uid}
            )
        line.write(
            {"signed_datetime": fields.Datetime.now(), "signed_by_id": self.env.uid, "digest": report.digest}
        )
        body = self.env._(
            "%(name)s signed the report, version %(version)s.",
            name=self.env.user.name,
            version=report.version,
        )
        report.complaint_id._message_log(body=body)
        report._ask_next()
        return True

    def _ask_decision(self):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_release_action"
            ),
            "context": {"default_report_id": self.id},
        }
