from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import is_html_empty

from .customer_complaint import STAFF
from .customer_complaint_flow import Missing
from .customer_complaint_statement import CUSTOMER

HANDLERS = "customer_complaint.group_complaint_user"
ACTIVITY = "customer_complaint.mail_activity_type_investigation"
# Only the program sets these; with the values of a new complaint.
GUARDED = {
    "investigation_state": "none",
    "investigated_datetime": False,
    "investigated_by_id": False,
    "investigation_told": False,
}


class CustomerComplaint(models.Model):
    """The investigation of a complaint: who looks into it, until when, what is asked for, and its end.

    Its rows are models of their own with ``customer.complaint.part.mixin``. What an investigation must contain is said
    by ``customer.complaint.depth``; ``_get_gaps`` says what is missing.
    """

    _inherit = "customer.complaint"

    investigator_id = fields.Many2one(
        "res.users",
        check_company=True,
        domain=[("share", "=", False)],
        index="btree_not_null",
        copy=False,
        tracking=True,
        groups=STAFF,
        help="Looks into the complaint and sees it for that. Never somebody complained of.",
    )
    investigation_deadline = fields.Date(string="Investigation Due on", copy=False, groups=STAFF)
    investigation_state = fields.Selection(
        [("none", "Not Begun"), ("open", "Under Investigation"), ("done", "Investigated")],
        string="Investigation",
        default="none",
        readonly=True,
        copy=False,
        groups=STAFF,
    )
    investigated_datetime = fields.Datetime(string="Investigated on", readonly=True, copy=False, groups=STAFF)
    investigated_by_id = fields.Many2one(
        "res.users", string="Completed by", readonly=True, copy=False, groups=STAFF
    )
    cause_id = fields.Many2one(
        "customer.complaint.cause",
        string="Main Cause",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        tracking=True,
        groups=STAFF,
    )
    cause_ids = fields.Many2many(
        "customer.complaint.cause",
        "customer_complaint_cause_rel",
        "complaint_id",
        "cause_id",
        string="Further Causes",
        check_company=True,
        copy=False,
        groups=STAFF,
    )
    findings = fields.Html(sanitize_attributes=True, copy=False, groups=STAFF)
    fact_ids = fields.One2many("customer.complaint.fact", "complaint_id", string="Facts", groups=STAFF)
    statement_ids = fields.One2many(
        "customer.complaint.statement", "complaint_id", string="Statements", groups=STAFF
    )
    exhibit_ids = fields.One2many(
        "customer.complaint.evidence", "complaint_id", string="Evidence Files", groups=STAFF
    )
    investigation_gaps = fields.Html(
        compute="_compute_investigation_gaps", sanitize=False, groups=STAFF, string="Still Missing"
    )
    investigator_warning = fields.Char(compute="_compute_investigator_warning", groups=STAFF)

    def _compute_investigation_gaps(self):
        gaps = self._get_gaps()
        for complaint in self:
            items = Markup("").join(Markup("<li>%s</li>") % text for text in gaps[complaint.id])
            if items:
                title = self.env._("Still missing:")
                complaint.investigation_gaps = Markup("<p class='mb-1'>%s</p><ul>%s</ul>") % (title, items)
            else:
                complaint.investigation_gaps = Markup("<p>%s</p>") % self.env._("Nothing is missing.")

    @api.depends("investigator_id", "accused_ids", "user_id")
    def _compute_investigator_warning(self):
        """Say whose colleague looks into the complaint: allowed, but somebody should know."""
        for complaint in self.sudo():
            user = complaint.investigator_id._origin
            colleagues = self._get_colleagues(user) if user else user
            near = (complaint.accused_ids._origin | complaint.user_id._origin) & colleagues
            text = self.env._("%(name)s works in a team with %(others)s.")
            names = {"name": user.name, "others": ", ".join(near.mapped("name"))}
            complaint.investigator_warning = text % names if near else False

    @api.constrains("investigator_id", "accused_ids")
    def _check_investigator(self):
        for complaint in self.sudo().filtered("investigator_id"):
            user = complaint.investigator_id
            if user in complaint.accused_ids:
                raise ValidationError(
                    self.env._("%(name)s is complained of and cannot investigate it.", name=user.name)
                )
            if user.share or not user.has_group(HANDLERS):
                raise ValidationError(self.env._("%(name)s does not handle complaints.", name=user.name))

    @api.constrains("cause_id", "cause_ids")
    def _check_causes(self):
        if any(complaint.cause_id & complaint.cause_ids for complaint in self.sudo()):
            raise ValidationError(self.env._("The main cause is not one of the further causes."))

    # Create, write

    @api.model_create_multi
    def create(self, vals_list):
        self._check_investigation_fields(name for vals in vals_list for name in vals)
        fresh = [
            {**GUARDED, **vals, **({"investigation_state": "open"} if vals.get("investigator_id") else {})}
            for vals in vals_list
        ]
        complaints = super().create(fresh)
        if any(vals.get("investigator_id") for vals in vals_list):
            named = complaints.filtered("investigator_id")
            named.sudo()._open_investigation()
            named._tell_investigator()
        return complaints

    def write(self, vals):
        self._check_investigation_fields(vals)
        if vals.get("investigation_deadline"):
            self.sudo().activity_reschedule([ACTIVITY], date_deadline=vals["investigation_deadline"])
        if "investigator_id" not in vals:
            return super().write(vals)
        changed = self.sudo().filtered(lambda one: one.investigator_id.id != vals["investigator_id"])
        result = super().write(vals)
        if vals["investigator_id"]:
            changed.filtered(lambda one: one.investigation_state != "open")._open_investigation()
        changed._tell_investigator()
        return result

    def _check_investigation_fields(self, names):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su and not GUARDED.keys().isdisjoint(names):
            raise AccessError(self.env._("The state of an investigation is set by its buttons only."))

    def _open_investigation(self):
        """Open the investigation, as superuser, with the date that its depth gives."""
        self._write_dates({"investigation_state": "open", "investigated_datetime": False})
        self._write_dates({"investigated_by_id": False})
        for complaint in self.filtered(lambda one: not one.investigation_deadline):
            deadline = complaint._get_investigation_deadline()
            if deadline:
                complaint._write_dates({"investigation_deadline": deadline})

    def _tell_investigator(self):
        """Give investigators a to-do, unless they took it themselves."""
        silent = self.sudo().with_context(mail_activity_quick_update=True)
        silent.activity_unlink([ACTIVITY])
        for complaint in silent:
            user = complaint.investigator_id
            if user and user != self.env.user:
                complaint.activity_schedule(
                    ACTIVITY, user_id=user.id, date_deadline=complaint.investigation_deadline or None
                )

    # Actions

    def action_open_investigation(self):
        """Open the investigation of the complaint."""
        self.ensure_one()
        view = self.env.ref("customer_complaint.customer_complaint_view_form_investigation")
        return {**self.action_open(), "views": [(view.id, "form")]}

    def action_start_investigation(self):
        """Begin to investigate; without an investigator named, whoever presses the button is it.

        :raises UserError: when that is somebody complained of, and so is the handler
        """
        self.check_access("write")
        for complaint in self.filtered(lambda one: one.investigation_state == "none"):
            if complaint.investigator_id:
                complaint.sudo()._open_investigation()
            else:
                complaint.investigator_id = self._choose_investigator(complaint)
        return self.action_open_investigation() if len(self) == 1 else None

    def _choose_investigator(self, complaint):
        """Return who investigates when nobody is named: the user, unless complained of, else the handler."""
        people = (self.env.user, complaint.sudo().user_id)
        found = next(
            (
                user
                for user in people
                if user and user not in complaint.sudo().accused_ids and user.has_group(HANDLERS)
            ),
            None,
        )
        if not found:
            raise UserError(self.env._("Please name an investigator."))
        return found

    def action_complete_investigation(self):
        """Complete the investigations.

        :raises UserError: naming all that is missing
        """
        self.check_access("write")
        # So that nobody takes away what is being counted.
        self.sudo().lock_for_update(allow_referencing=True)
        complaints = self.sudo().filtered(lambda one: one.investigation_state != "done")
        gaps = {key: texts for key, texts in complaints._get_gaps().items() if texts}
        if gaps:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(complaint)s: %(missing)s",
                        complaint=complaint.number,
                        missing=", ".join(gaps[complaint.id]),
                    )
                    for complaint in complaints
                    if complaint.id in gaps
                )
            )
        complaints._write_dates(
            {
                "investigation_state": "done",
                "investigated_datetime": fields.Datetime.now(),
                "investigated_by_id": self.env.uid,
            }
        )
        complaints.activity_feedback([ACTIVITY])
        body = self.env._("The investigation is complete.")
        self._message_log_batch(bodies=dict.fromkeys(complaints.ids, body))

    def action_reopen_investigation(self):
        """Go on with completed investigations: what was found may be changed again."""
        self.check_access("write")
        done = self.sudo().filtered(lambda one: one.investigation_state == "done")
        done._open_investigation()
        done._tell_investigator()
        body = self.env._("The investigation goes on.")
        self._message_log_batch(bodies=dict.fromkeys(done.ids, body))

    # What is missing

    def _get_gaps(self):
        """Return {complaint id: [what its investigation lacks, in words]} by the depth asked for.

        A fixed number of queries for many. Override ``_get_gap_texts`` to ask for more.
        """
        complaints = self.sudo()
        counts = complaints._count_parts()
        return {complaint.id: complaint._get_gap_texts(counts) for complaint in complaints}

    def _get_gap_texts(self, counts):
        """Return what the investigation of one complaint (superuser) lacks.

        :param counts: as of ``_count_parts``
        """
        self.ensure_one()
        needs = self.env["customer.complaint.depth"]._match(self).needs
        texts = {
            "facts": self.env._("facts"),
            "findings": self.env._("the findings in words"),
            "verdict": self.env._("the verdict"),
            "cause": self.env._("the main cause"),
        }
        has = {
            "facts": counts["facts"].get(self.id),
            "findings": not is_html_empty(self.findings),
            "verdict": self.verdict,
            "cause": self.cause_id,
        }
        gaps = [text for need, text in texts.items() if need in needs and not has[need]]
        if "statements" in needs:
            sides = counts["sides"].get(self.id, set())
            if CUSTOMER not in sides:
                gaps.append(self.env._("a statement of the customer"))
            if not sides - {CUSTOMER}:
                gaps.append(self.env._("a statement of the other side"))
        return gaps

    def _count_parts(self):
        """Return {key: {complaint id: value}} of what ``_get_gap_texts`` looks at. Override to count more."""
        domain = [("complaint_id", "in", self.ids)]
        facts = self.env["customer.complaint.fact"].sudo()._read_group(domain, ["complaint_id"], ["__count"])
        rows = self.env["customer.complaint.statement"].sudo()._read_group(domain, ["complaint_id", "side"])
        sides = {}
        for complaint, side in rows:
            sides.setdefault(complaint.id, set()).add(side)
        return {"facts": {complaint.id: count for complaint, count in facts}, "sides": sides}

    def _get_missing(self, stage):
        missing = super()._get_missing(stage)
        if not stage._get_facts()[stage.id]["needs_investigation"]:
            return missing
        waiting = self.sudo().filtered(lambda one: one.investigation_state != "done" and one._is_problem())
        gaps = waiting._get_gaps() if waiting else {}
        return missing + [
            Missing(
                complaint,
                self.env._(
                    "the investigation is not complete: %(missing)s", missing=", ".join(gaps[complaint.id])
                )
                if gaps[complaint.id]
                else self.env._("the investigation is to be completed"),
                "action_open_investigation",
            )
            for complaint in waiting
        ]


class CustomerComplaintStage(models.Model):
    _inherit = "customer.complaint.stage"

    needs_investigation = fields.Boolean(
        string="Investigation Complete",
        help="A complaint enters only when its investigation is complete, as deep as its severity asks.",
    )

    def _prepare_facts(self):
        return {**super()._prepare_facts(), "needs_investigation": self.needs_investigation}
