from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

RESULTS = [("passed", "Passed"), ("failed", "Failed"), ("planned", "Not yet Held")]


class CustomerComplaintTraining(models.Model):
    """A training, an examination or a certificate of one person in one topic."""

    _name = "customer.complaint.training"
    _description = "Training of Complaint Handlers"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _guarded_fields = {"reminded_date": False}

    user_id = fields.Many2one(
        "res.users",
        string="Participant",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
        tracking=True,
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    qualification_id = fields.Many2one(
        "customer.complaint.qualification",
        string="Topic",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    kind = fields.Selection(
        [("training", "Training"), ("examination", "Examination"), ("certificate", "Certificate")],
        required=True,
        default="training",
    )
    date = fields.Date(string="Held on", required=True, default=fields.Date.context_today, tracking=True)
    trainer = fields.Char()
    hours = fields.Float(string="Hours of Training")
    result = fields.Selection(RESULTS, required=True, default="passed", tracking=True)
    points = fields.Float(string="Points (0 to 100)", aggregator="avg")
    valid_until = fields.Date(
        compute="_compute_valid_until",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The last day on which the qualification counts. Empty: without end.",
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("valid", "In Force"),
            ("ending", "Ends Soon"),
            ("ended", "Ended"),
            ("failed", "Not Passed"),
        ],
        string="Standing",
        compute="_compute_state",
        search="_search_state",
    )
    note = fields.Text()
    proof = fields.Binary(string="File", attachment=True)
    proof_name = fields.Char(string="Name of the File")
    reminded_date = fields.Date(string="Reminded on", readonly=True, copy=False)

    _once = models.UniqueIndex(
        "(user_id, qualification_id, kind, date)",
        "This person has a record of this topic, kind and day already.",
    )
    _hours_range = models.Constraint(
        "CHECK(hours BETWEEN 0 AND 10000)", "A training lasts 0 to 10,000 hours."
    )
    _points_range = models.Constraint(
        "CHECK(points BETWEEN 0 AND 100)", "Points of an examination lie between 0 and 100."
    )
    _dates_order = models.Constraint(
        "CHECK(valid_until >= date)", "A qualification cannot end before the day of the training."
    )

    @api.depends("qualification_id", "user_id")
    def _compute_display_name(self):
        for training in self:
            training.display_name = f"{training.qualification_id.name or ''}: {training.user_id.name or ''}"

    @api.depends("qualification_id", "date")
    def _compute_valid_until(self):
        for training in self:
            months = training.qualification_id.valid_months
            training.valid_until = (
                training.date + relativedelta(months=months) if months and training.date else False
            )

    @api.depends("result", "date", "valid_until", "qualification_id.reminder_days")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for training in self:
            soon = today + relativedelta(days=training.qualification_id.reminder_days)
            if training.result == "failed":
                training.state = "failed"
            elif training.result == "planned" or not training.date or training.date > today:
                training.state = "planned"
            elif not training.valid_until or training.valid_until > soon:
                training.state = "valid"
            else:
                training.state = "ended" if training.valid_until < today else "ending"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        held = Domain("result", "=", "passed") & Domain("date", "<=", today)
        open_end = Domain("valid_until", "=", False)
        topics = self.env["customer.complaint.qualification"].sudo().with_context(active_test=False)
        soon = Domain.OR(
            Domain("qualification_id", "in", group.ids)
            & Domain("valid_until", "<=", today + relativedelta(days=days))
            for days, group in topics.search(Domain.TRUE).grouped("reminder_days").items()
        )
        current = held & Domain("valid_until", ">=", today)
        domains = {
            "failed": Domain("result", "=", "failed"),
            "planned": Domain("result", "=", "planned")
            | (Domain("result", "=", "passed") & Domain("date", ">", today)),
            "valid": (held & open_end) | (current & ~soon),
            "ending": current & soon,
            "ended": held & Domain("valid_until", "<", today),
        }
        return Domain.OR(domain for state, domain in domains.items() if state in value)

    @api.constrains("user_id")
    def _check_user_id(self):
        if any(training.user_id.share for training in self.sudo()):
            raise ValidationError(self.env._("Only employees have trainings."))

    @api.constrains("qualification_id", "company_id")
    def _check_company(self, *args, **kwargs):
        for training in self.sudo():
            if training.qualification_id.company_id not in (self.env["res.company"], training.company_id):
                raise ValidationError(self.env._("The topic belongs to another company."))

    def write(self, vals):
        if not self.env.su and not {"valid_until", "date", "qualification_id"}.isdisjoint(vals):
            # another end is another reason to remind
            self.sudo().filtered("reminded_date").write({"reminded_date": False})
        return super().write(vals)

    def _get_held(self, user_ids, topic_ids):
        """Return {(user id, topic id)} of passed records that are valid today."""
        today = fields.Date.context_today(self)
        rows = self._read_group(
            [
                ("user_id", "in", list(user_ids)),
                ("qualification_id", "in", list(topic_ids)),
                ("result", "=", "passed"),
                ("date", "<=", today),
                "|",
                ("valid_until", "=", False),
                ("valid_until", ">=", today),
            ],
            ["user_id", "qualification_id"],
        )
        return {(user.id, topic.id) for user, topic in rows}

    def action_open_enter(self):
        """Open the dialog that enters one training of many participants."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_training_enter_action"
        )

    # Reminding

    @api.model
    def _cron_remind(self):
        """Remind of qualifications that end soon, each once; the mark is set with the to-do."""
        work_in_batches(
            self.sudo(),
            [("state", "=", "ending"), ("reminded_date", "=", False)],
            lambda found: found._remind(),
        )

    def _remind(self):
        """Give the persons and the leaders of their teams a to-do, unless the topic was renewed already."""
        today = fields.Date.context_today(self)
        for training in self.filtered(lambda one: one.user_id.active and not one._is_renewed()):
            leaders = training.user_id.complaint_team_ids.filtered(
                lambda team, training=training: team.company_id == training.company_id
            ).user_id
            for user in (training.user_id | leaders).filtered("active"):
                summary = training.with_context(lang=user.lang).env._(
                    "%(topic)s of %(name)s ends",
                    topic=training.qualification_id.name,
                    name=training.user_id.name,
                )
                training.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=summary,
                    date_deadline=training.valid_until,
                )
        self.write({"reminded_date": today})

    def _is_renewed(self):
        """Return whether a later record of the same person and topic (singleton) lasts longer."""
        self.ensure_one()
        domain = [
            ("user_id", "=", self.user_id.id),
            ("qualification_id", "=", self.qualification_id.id),
            ("result", "=", "passed"),
            ("id", "!=", self.id),
            "|",
            ("valid_until", "=", False),
            ("valid_until", ">", self.valid_until),
        ]
        return bool(self.search_count(domain, limit=1))

    def _check_change(self, vals):
        """Nobody but managers changes a record of his own."""
        if self.env.user in (self.user_id | self.env["res.users"].browse(vals.get("user_id") or ())):
            self._check_not_own()
        return super()._check_change(vals)

    @api.model_create_multi
    def create(self, vals_list):
        trainings = super().create(vals_list)
        if not self.env.su and self.env.user in trainings.user_id:
            self._check_not_own()
        return trainings

    def _check_not_own(self):
        """:raises AccessError: for supervisors, who enter the trainings of others"""
        if not self.env.user.has_groups(
            "customer_complaint.group_complaint_manager,customer_care.group_care_admin"
        ):
            raise AccessError(self.env._("Your own trainings are entered by a manager."))
