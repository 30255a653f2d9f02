from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .customer_grading_scheme import RUN_AT_ONCE

ACTIVE_STATES = ("draft", "values", "grading")
PHASES = ("values", "grading", "finish", "done")
FIGURES = ("count_scope", "count_graded", "count_ungraded", "count_changed", "count_up", "count_down")


class CustomerGradingRun(models.Model):
    """One grading of all customers of a scheme, as of one day. How it works is in ``customer_grading_engine``."""

    _name = "customer.grading.run"
    _description = "Grading Run"
    _inherit = ["customer.run.mixin", "customer.grading.matrix.mixin"]
    _run_states = ACTIVE_STATES
    _run_jobs = ("customer_care.ir_cron_grading_1", "customer_care.ir_cron_grading_2")
    _matrix_field = "run_id"
    _order = "id desc"

    scheme_id = fields.Many2one(
        "customer.grading.scheme", required=True, readonly=True, index=True, ondelete="cascade"
    )
    version_id = fields.Many2one(
        "customer.grading.version", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    user_id = fields.Many2one("res.users", string="Started By", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Only Customer", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    date = fields.Date(
        string="As Of", required=True, readonly=True, help="Figures are those known at the end of this day."
    )
    date_start = fields.Datetime(string="Started On", readonly=True, default=fields.Datetime.now)
    date_end = fields.Datetime(string="Ended On", readonly=True)
    is_dry_run = fields.Boolean(
        string="Dry Run", readonly=True, help="Shows who would move; changes nothing."
    )
    spec = fields.Json(readonly=True, string="Rules of the Run")
    rules_html = fields.Html(compute="_compute_rules_html", string="Rules", sanitize=False)
    borders = fields.Json(readonly=True, help="Last values of the better classes, for each criterion.")
    state = fields.Selection(
        [
            ("draft", "Waiting"),
            ("values", "Collecting Figures"),
            ("grading", "Grading"),
            ("review", "Waiting for Approval"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
    )
    phase = fields.Selection([(name, name) for name in PHASES], readonly=True, default="values")
    progress = fields.Integer(compute="_compute_progress", help="Percent")
    error = fields.Text(string="What Went Wrong", readonly=True)
    slice_ids = fields.One2many("customer.grading.slice", "run_id", readonly=True)
    proposal_ids = fields.One2many("customer.grading.proposal", "run_id", readonly=True)
    count_scope = fields.Integer(string="In Scope", readonly=True)
    count_graded = fields.Integer(string="Graded", readonly=True)
    count_ungraded = fields.Integer(string="Not Yet Graded", readonly=True)
    count_changed = fields.Integer(string="Grade Changes", readonly=True)
    count_up = fields.Integer(string="Up", readonly=True)
    count_down = fields.Integer(string="Down", readonly=True)

    _active_uniq = models.UniqueIndex(
        "(scheme_id) WHERE state IN ('draft', 'values', 'grading')", "This scheme is being run already."
    )

    @api.depends("scheme_id", "date", "is_dry_run", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            values = {"scheme": run.scheme_id.name, "date": run.date, "number": run.id or 0}
            if run.is_dry_run:
                run.display_name = self.env._("%(scheme)s, dry run %(number)s of %(date)s", **values)
            else:
                run.display_name = self.env._("%(scheme)s, run %(number)s of %(date)s", **values)

    @api.depends("spec")
    @api.depends_context("lang")
    def _compute_rules_html(self):
        for run in self:
            run.rules_html = self.env["customer.grading.scheme"]._get_spec_html(run.spec or {})

    @api.depends("state", "slice_ids.phase")
    def _compute_progress(self):
        rows = (
            self.env["customer.grading.slice"]
            .sudo()
            ._read_group([("run_id", "in", self.ids)], ["run_id", "phase"], ["__count"])
        )
        done, total = dict.fromkeys(self.ids, 0), dict.fromkeys(self.ids, 0)
        for run, phase, count in rows:
            done[run.id] += PHASES.index(phase) * count
            total[run.id] += 3 * count
        for run in self:
            if run.state in ("review", "done"):
                run.progress = 100
            else:
                run.progress = 100 * done[run.id] // total[run.id] if total.get(run.id) else 0

    # --- Actions ---

    def action_cancel(self):
        """Stop runs that are under way: what they have found so far is dropped.

        :raises UserError: when a run has ended
        """
        self._check_may_control()
        for run in self.sudo():
            run = run._lock()
            if run.state not in (*ACTIVE_STATES, "failed"):
                raise UserError(self.env._("%(run)s has ended already.", run=run.display_name))
            run._drop_rows()
            run.write({"state": "cancelled", "date_end": fields.Datetime.now()})
        return True

    def action_resume(self):
        """Go on with failed runs from where they stopped.

        :raises UserError: when the scheme has been run since
        """
        self._check_may_control()
        for run in self.sudo():
            run = run._lock()
            if run.state != "failed":
                raise UserError(self.env._("Only failed runs are resumed, reload the page."))
            later = self.sudo().search_count(
                Domain("scheme_id", "=", run.scheme_id.id)
                & Domain("id", ">", run.id)
                & (
                    Domain("state", "in", ACTIVE_STATES)
                    | Domain("state", "in", ("review", "done"))
                    & Domain("is_dry_run", "=", False)
                    & Domain("partner_id", "=", False)
                ),
                limit=1,
            )
            if later:
                raise UserError(self.env._("The scheme was run again since: start a new run instead."))
            run.write({"state": "values" if run.phase == "values" else "grading", "error": False})
            run._proceed()
        return True

    def action_activate(self):
        """Put the rules of a dry run in force.

        :raises UserError: when it is no dry run that has ended, or the rules were edited since
        """
        self.ensure_one()
        self.check_access("read")
        scheme = self.scheme_id
        if not self.is_dry_run or self.state != "done":
            raise UserError(
                self.env._("Only the rules of a dry run that has ended can be put in force here.")
            )
        rules = {key: value for key, value in self.spec.items() if key != "scopes"}
        if not scheme._is_same_spec(rules, scheme._get_spec()):
            raise UserError(
                self.env._("The rules were edited since this dry run: make a new one to see who would move.")
            )
        return scheme.action_activate()

    def action_open_results(self):
        """Open the customers of the run, those first who would move."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_grading_result_action"),
            "name": self.display_name,
            "domain": [("run_id", "=", self.id)],
            "context": {"search_default_changed": 1},
        }

    def action_open_matrix(self):
        """Open the pivot table of the grades before and after."""
        return self._get_analysis("pivot")

    def action_open_chart(self):
        """Open the chart of the grades before and after."""
        return self._get_analysis("graph")

    def _get_analysis(self, first):
        pivot = self.env.ref("customer_care.customer_grading_result_view_pivot_matrix")
        views = [(pivot.id, "pivot"), (False, "graph"), (False, "list"), (False, "form")]
        views.sort(key=lambda view: view[1] != first)
        return {
            **self.action_open_results(),
            "views": views,
            "view_mode": ",".join(kind for _id, kind in views),
            "context": {},
        }

    def action_open_proposals(self):
        """Open the proposals of the run."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_grading_proposal_action"),
            "domain": [("run_id", "=", self.id)],
            "context": {},
        }

    def _check_may_control(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Only supervisors can stop or resume a grading run."))

    # --- Starting ---

    @api.model
    def _start(self, scheme, spec, *, version=None, is_dry_run=False, date=None):
        """Make a run of ``scheme`` and begin it: at once when it is small, else in the background.

        :param spec: text of the scheme, see ``_get_spec``
        :return: the run, with the rights of the caller
        :raises UserError: when another run of the scheme is under way, the filter fails, or nobody is in scope
        """
        Run = self.sudo()
        running = Run.search([("scheme_id", "=", scheme.id), ("state", "in", ACTIVE_STATES)], limit=1)
        if running:
            raise UserError(
                self.env._(
                    "%(run)s is under way, started by %(user)s: wait until it has ended, or cancel it.",
                    run=running.display_name,
                    user=running.user_id.name,
                )
            )
        run = Run.create(
            {
                **self._prepare_run_vals(scheme, spec, version),
                "is_dry_run": is_dry_run,
                "date": date or scheme._get_day(),
            }
        )
        run._make_slices()
        if not run.count_scope:
            raise UserError(
                self.env._(
                    "There is no customer to grade: check the filter of %(scheme)s.", scheme=scheme.name
                )
            )
        run._proceed()
        return run.with_env(self.env)

    @api.model
    def _run_one(self, scheme, customer):
        """Grade one customer by the version in force, at once.

        :return: the run; empty when the scheme does not apply to the customer
        """
        version = scheme.version_id
        run = self.sudo().create(
            {
                **self._prepare_run_vals(scheme, version.spec, version),
                "partner_id": customer.id,
                "date": scheme._get_day(),
                # Never under way for others: it begins and ends in this transaction.
                "state": "cancelled",
            }
        )
        if not self.env.execute_query(run._get_customers().select()):
            run.unlink()
            return self.browse()
        self.env["customer.grading.slice"].sudo().create(
            {"run_id": run.id, "first_id": customer.id, "last_id": customer.id, "phase": "values"}
        )
        run.count_scope = 1
        run._work_at_once()
        return run.with_env(self.env)

    def _prepare_run_vals(self, scheme, spec, version):
        return {
            "scheme_id": scheme.id,
            "version_id": version.id if version else False,
            "company_id": spec["company_id"],
            "user_id": self.env.uid,
            # Named, so that no default that a user stored says otherwise.
            "state": "draft",
            "phase": "values",
            "partner_id": False,
            "is_dry_run": False,
            "borders": False,
            "date_start": fields.Datetime.now(),
            **dict.fromkeys(("error", "date_end", *FIGURES), False),
            "spec": {
                **spec,
                "scopes": {**scheme._get_scopes(), "scope": spec["scope"], "company_id": spec["company_id"]},
            },
        }

    def _proceed(self):
        """Do a small run now, leave a big one to the workers."""
        self.ensure_one()
        if self.count_scope <= RUN_AT_ONCE:
            self._work_at_once()
        else:
            self._call_workers()
