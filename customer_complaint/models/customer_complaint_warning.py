from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_complaint import PROBLEM_KINDS

SUBJECTS = [("category", "Category"), ("cause", "Cause"), ("product", "Product")]
# Only the program sets these; with the values of a new warning.
GUARDED_FIELDS = {"state": "new", "acknowledged_datetime": False, "acknowledged_by_id": False}
# Of how many complaints an action begins with.
COMPLAINTS_OF_ACTION = 200


class CustomerComplaintWarning(models.Model):
    """There are more complaints about something than usual: found by ``customer.complaint.warning.rule``.

    Warnings are never changed or deleted by people: they are acknowledged and explained.
    """

    _name = "customer.complaint.warning"
    _description = "Early Warning"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, probability, id desc"
    _rec_names_search = ["category_id", "cause_id", "product_ref"]

    _guarded_fields = GUARDED_FIELDS

    name = fields.Char(compute="_compute_name")
    rule_id = fields.Many2one(
        "customer.complaint.warning.rule", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    subject = fields.Selection(SUBJECTS, string="Warning about", required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    category_id = fields.Many2one(
        "customer.complaint.category", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    cause_id = fields.Many2one(
        "customer.complaint.cause", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    product_ref = fields.Char(string="Product", readonly=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True, help="The last day that was counted.")
    count = fields.Integer(string="Counted", required=True, readonly=True)
    expected = fields.Float(string="Usual", digits=(16, 2), required=True, readonly=True, aggregator="sum")
    probability = fields.Float(
        digits=(16, 6),
        required=True,
        readonly=True,
        aggregator="min",
        help="Of so many or more in a usual period: the smaller, the less it is chance.",
    )
    limit = fields.Float(string="Limit of the Probability", digits=(16, 6), readonly=True, aggregator=None)
    compared_count = fields.Integer(
        string="Compared",
        readonly=True,
        aggregator=None,
        help="Of how many categories, causes or products this is one: of many that are compared, some stand out by "
        "chance.",
    )
    earlier_counts = fields.Char(
        string="Periods before", readonly=True, help="Counts, the latest period first."
    )
    state = fields.Selection(
        [("new", "Unacknowledged"), ("acknowledged", "Acknowledged"), ("explained", "Explained")],
        required=True,
        readonly=True,
        tracking=True,
        index=True,
        group_expand=True,
    )
    user_id = fields.Many2one("res.users", string="Told", readonly=True, index="btree_not_null")
    acknowledged_datetime = fields.Datetime(string="Acknowledged at", readonly=True)
    acknowledged_by_id = fields.Many2one("res.users", string="Acknowledged by", readonly=True)
    note = fields.Text(string="Explanation", tracking=True)
    action_ids = fields.One2many("customer.complaint.action", "warning_id", string="Actions", readonly=True)

    _once = models.UniqueIndex("(rule_id, company_id, key, date_to)", "This warning was given already.")

    @api.depends("subject", "category_id", "cause_id", "product_ref", "count")
    @api.depends_context("lang")
    def _compute_name(self):
        for warning in self:
            what = warning.category_id.display_name or warning.cause_id.display_name or warning.product_ref
            warning.name = self.env._("%(what)s: %(count)s complaints", what=what, count=warning.count)

    def _compute_display_name(self):
        for warning in self:
            warning.display_name = warning.name

    def _check_change(self, vals):
        if not {"note", "message_follower_ids", "activity_ids"}.issuperset(vals):
            raise UserError(
                self.env._("Warnings are kept as they were given; only the explanation is yours.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("Warnings are kept. Explain those that mean nothing."))

    def action_acknowledge(self):
        """Say that somebody looks into it."""
        self.check_access("write")
        self.filtered(lambda one: one.state == "new")._set_state("acknowledged")

    def action_explain(self):
        """Say that it is explained.

        :raises UserError: without an explanation
        """
        self.check_access("write")
        if any(not (warning.note or "").strip() for warning in self):
            raise UserError(self.env._("Write the explanation first."))
        self._set_state("explained")

    def _set_state(self, state):
        for warning in self.sudo():
            known = warning.acknowledged_datetime
            warning.write(
                {
                    "state": state,
                    "acknowledged_datetime": known or fields.Datetime.now(),
                    "acknowledged_by_id": warning.acknowledged_by_id.id or self.env.uid,
                }
            )
        self.env["mail.activity"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("automated", "=", True)]
        ).action_feedback()

    def _get_complaint_domain(self):
        """Return the domain of the complaints that were counted (singleton)."""
        self.ensure_one()
        begin, end = self.rule_id._get_borders(self.company_id, self.date_to, count=1)
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("received_datetime", ">=", begin)
            & Domain("received_datetime", "<", end)
            & Domain("kind", "in", PROBLEM_KINDS)
            & Domain("phase", "!=", "cancelled")
            & Domain("merged_into_id", "=", False)
        )
        if self.subject == "category":
            return domain & Domain("category_id", "child_of", self.category_id.id)
        if self.subject == "cause":
            return domain & Domain("cause_id", "child_of", self.cause_id.id)
        return domain & Domain("product_ref", "=ilike", self.product_ref)

    def action_view_complaints(self):
        """Open the complaints that were counted."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_action_all"
            ),
            "name": self.name,
            "display_name": self.name,
            "domain": list(self._get_complaint_domain()),
            "context": {},
        }

    def action_create_corrective(self):
        """Open a new action for what rises, with the complaints that the user may see."""
        self.ensure_one()
        complaints = self.env["customer.complaint"].search(
            self._get_complaint_domain(), order="received_datetime desc", limit=COMPLAINTS_OF_ACTION
        )
        context = {
            "default_warning_id": self.id,
            "default_company_id": self.company_id.id,
            "default_name": self.name,
            "default_complaint_ids": complaints.ids,
            "default_category_id": self.category_id.id,
            "default_cause_id": self.cause_id.id,
            "default_product_ref": self.product_ref,
            "default_same_cause": self.subject == "cause",
            "default_same_category": self.subject == "category",
            "default_same_product": self.subject == "product",
            "default_measure": "before",
            "default_watch_days": self.rule_id.days,
        }
        return {**complaints.action_create_corrective(), "context": context}

    def _plan_todos(self):
        """Give whoever is told a to-do for each new warning, in one batch, as superuser."""
        model_id = self.env["ir.model"]._get_id(self._name)
        today = self.env["customer.complaint.action"]._get_today
        quiet = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        quiet.create(
            [
                {
                    "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                    "res_model_id": model_id,
                    "res_id": warning.id,
                    "user_id": warning.user_id.id,
                    "summary": warning.with_context(lang=warning.user_id.lang).name,
                    "date_deadline": today(warning.company_id),
                    "automated": True,
                }
                for warning in self.filtered("user_id")
            ]
        )
