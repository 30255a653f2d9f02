from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

OPEN_STATES = ("waiting", "running")
# A preview is looked at and forgotten.
PREVIEW_HOURS = 24


class CustomerCallbackRun(models.Model):
    """One look of a rule at all its customers. How it works is in ``customer_callback_run_engine``."""

    _name = "customer.callback.run"
    _description = "Run of a Callback Rule"
    _inherit = ["customer.run.mixin"]
    _run_states = ("running",)
    _run_jobs = ("customer_care.ir_cron_callback_1", "customer_care.ir_cron_callback_2")
    _order = "id desc"

    rule_id = fields.Many2one(
        "customer.callback.rule", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", string="Started by", required=True, readonly=True)
    source = fields.Selection(
        [("preview", "Preview"), ("manual", "By hand"), ("night", "Nightly")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("preview", "Preview"),
            ("waiting", "To Confirm"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    date = fields.Date(string="As of", required=True, readonly=True)
    date_start = fields.Datetime(string="Started on", readonly=True)
    date_end = fields.Datetime(string="Ended on", readonly=True)
    duration_seconds = fields.Float(string="Seconds", readonly=True, digits=(12, 1), aggregator="avg")
    error = fields.Text(string="What Went Wrong", readonly=True)
    count_customers = fields.Integer(
        string="Customers Looked at", readonly=True, help="All whom the filters of the rule match."
    )
    count_due = fields.Integer(string="To Call", readonly=True, help="Callbacks to be made or moved.")
    count_new = fields.Integer(string="Callbacks Made", readonly=True)
    count_moved = fields.Integer(string="Callbacks Moved", readonly=True)
    count_cancelled = fields.Integer(string="Callbacks Cancelled", readonly=True)
    count_unassigned = fields.Integer(
        string="Nobody Calls", readonly=True, help="Callbacks for which no caller was found."
    )
    count_no_phone = fields.Integer(string="No Number Known", readonly=True)
    counts = fields.Json(string="Left Out as Data", readonly=True)
    counts_html = fields.Html(string="Left Out", compute="_compute_counts_html", sanitize=False)
    is_confirmed = fields.Boolean(string="Confirmed", readonly=True)
    progress = fields.Integer(compute="_compute_progress", help="Percent")
    slice_ids = fields.One2many("customer.callback.slice", "run_id", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(rule_id) WHERE state IN ('waiting', 'running')", "This rule is being run already."
    )

    @api.depends("rule_id", "date", "source")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            values = {"rule": run.rule_id.name, "date": run.date}
            run.display_name = (
                self.env._("%(rule)s, preview of %(date)s", **values)
                if run.source == "preview"
                else self.env._("%(rule)s, run of %(date)s", **values)
            )

    @api.depends("counts")
    @api.depends_context("lang")
    def _compute_counts_html(self):
        reasons = self.env["customer.callback.candidate"]._get_reasons()
        for run in self:
            rows = sorted((run.counts or {}).items(), key=lambda row: -row[1])
            run.counts_html = (
                Markup("<table class='table table-sm'>%s</table>")
                % Markup().join(
                    Markup("<tr><td class='text-end' style='width: 7em'>%s</td><td>%s</td></tr>")
                    % (f"{count:,}", reasons.get(code, code))
                    for code, count in rows
                )
                if rows
                else False
            )

    @api.depends("state", "slice_ids.is_done")
    def _compute_progress(self):
        rows = (
            self.env["customer.callback.slice"]
            .sudo()
            ._read_group([("run_id", "in", self.ids)], ["run_id", "is_done"], ["__count"])
        )
        done, total = dict.fromkeys(self.ids, 0), dict.fromkeys(self.ids, 0)
        for run, is_done, count in rows:
            total[run.id] += count
            done[run.id] += count if is_done else 0
        for run in self:
            whole = total.get(run.id)
            run.progress = 100 * done[run.id] // whole if whole and run.state == "running" else 100

    def unlink(self):
        self._drop_rows()
        return super().unlink()

    # Actions

    def action_confirm(self):
        """Plan although there are more customers than the limit of the company.

        :raises UserError: it does not wait any more
        """
        self.ensure_one()
        self.rule_id._check_may_plan()
        run = self.sudo()._lock()
        if run.state != "waiting":
            raise UserError(self.env._("This run does not wait any more, reload the page."))
        run.write({"is_confirmed": True, "user_id": self.env.uid, "state": "running"})
        run.rule_id._close_notices()
        # Days may have passed: who is due is found out again.
        run._begin()
        return self._get_form_action()

    def action_cancel(self):
        """Stop a run: callbacks that it has made stay, others are not made.

        :raises UserError: it has ended
        """
        for run in self:
            run.rule_id._check_may_plan()
            run = run.sudo()._lock()
            if run.state not in OPEN_STATES:
                raise UserError(self.env._("%(run)s has ended already.", run=run.display_name))
            run._end("cancelled")
            run.rule_id._close_notices()
        return True

    def action_plan(self):
        """Plan what the preview shows, by the rule as it is now."""
        self.ensure_one()
        return self.rule_id.action_plan_now()

    def action_open_called(self):
        """Open the list of the customers of the preview who would be called."""
        return self._get_list_action([("code", "=", False)], self.env._("Would Be Called"), {})

    def action_open_left_out(self):
        """Open the list of the customers of the preview who would not, by reason."""
        return self._get_list_action(
            [("code", "!=", False)], self.env._("Left Out"), {"search_default_group_code": 1}
        )

    def action_open_callbacks(self):
        """Open the callbacks of the rule."""
        self.ensure_one()
        return self.rule_id.action_open_callbacks()

    def _get_list_action(self, domain, name, context):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_care.customer_callback_candidate_action"
        )
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": [("run_id", "=", self.id), *domain],
            "context": context,
        }

    # Rows

    def _drop_rows(self):
        if self.ids:
            self.env.cr.execute(
                SQL("DELETE FROM customer_callback_candidate WHERE run_id IN %s", tuple(self.ids))
            )
            self.env["customer.callback.candidate"].invalidate_model()

    @api.autovacuum
    def _gc_previews(self):
        """Forget previews after a day."""
        limit = fields.Datetime.now() - timedelta(hours=PREVIEW_HOURS)
        self.sudo().search([("state", "=", "preview"), ("date_start", "<", limit)]).unlink()


class CustomerCallbackSlice(models.Model):
    """Part of the customers of a run that a worker does in one transaction."""

    _name = "customer.callback.slice"
    _description = "Slice of a Run of a Callback Rule"
    _order = "run_id, number"
    _log_access = False

    run_id = fields.Many2one(
        "customer.callback.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, readonly=True)
    is_done = fields.Boolean(readonly=True)
    count_new = fields.Integer(readonly=True)
    count_moved = fields.Integer(readonly=True)
    count_cancelled = fields.Integer(readonly=True)
    count_blocked = fields.Integer(readonly=True)
