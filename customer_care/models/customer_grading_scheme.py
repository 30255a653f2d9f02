from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..tools.answers import notify

# Up to so many customers a run is done at once, more are left to the background.
RUN_AT_ONCE = 2000


class CustomerGradingScheme(models.Model):
    """How customers get their grades.

    The record is the working copy that an administrator edits; what counts is its last version, made by
    ``action_activate``. How a version is written and read is in ``customer_grading_spec``, the checks are in
    ``customer_grading_check``.
    """

    _name = "customer.grading.scheme"
    _description = "Grading Scheme"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="A customer to whom several schemes apply is graded by the first of them."
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for the customers of all companies, with the purchases of all.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self._default_currency_id(),
        help="Of the amounts in criteria.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
    )
    scope = fields.Char(
        string="Customers",
        default="[]",
        help="Which customers the scheme grades. Contacts have their company's grade.",
    )
    review_months = fields.Integer(
        string="Review After", default=12, help="Months until the grade of a customer is due for review."
    )
    run_interval_months = fields.Integer(
        string="Grade Every",
        help="Months between runs that start by themselves. 0: runs are started by hand.",
    )
    date_next_run = fields.Date(string="Next Run", copy=False)
    criterion_ids = fields.One2many("customer.grading.criterion", "scheme_id", string="Criteria", copy=True)
    threshold_ids = fields.One2many("customer.grading.threshold", "scheme_id", string="Thresholds", copy=True)
    weight_total = fields.Float(string="Sum of Weights", compute="_compute_weight_total", digits=(6, 2))
    version_ids = fields.One2many("customer.grading.version", "scheme_id", string="Versions", readonly=True)
    version_id = fields.Many2one("customer.grading.version", string="In Force", compute="_compute_version_id")
    is_changed = fields.Boolean(string="Changed since the Version in Force", compute="_compute_version_id")
    run_ids = fields.One2many("customer.grading.run", "scheme_id", string="Runs", readonly=True)
    run_count = fields.Integer(string="Number of Runs", compute="_compute_run_count")
    check_html = fields.Html(
        string="Check of the Configuration", compute="_compute_check_html", sanitize=False
    )

    _check_months = models.Constraint(
        "CHECK(review_months BETWEEN 0 AND 240 AND run_interval_months BETWEEN 0 AND 240)",
        "Months go from 0 to 240.",
    )

    def _default_currency_id(self):
        return self.env.company.currency_id

    @api.depends("criterion_ids.weight")
    def _compute_weight_total(self):
        for scheme in self:
            scheme.weight_total = round(sum(scheme.criterion_ids.mapped("weight")), 2)

    @api.depends(
        "version_ids.state", "name", "scope", "company_id", "currency_id", "review_months",
        "criterion_ids", "criterion_ids.sequence", "criterion_ids.metric_id", "criterion_ids.weight",
        "criterion_ids.method", "criterion_ids.band_ids.from_value", "criterion_ids.band_ids.points",
        "criterion_ids.classes", "criterion_ids.scale", "criterion_ids.low", "criterion_ids.high",
        "criterion_ids.missing", "criterion_ids.missing_points", "threshold_ids.grade_id", "threshold_ids.min_score",
    )  # fmt: skip
    def _compute_version_id(self):
        for scheme in self:
            version = scheme.version_ids.filtered(lambda version: version.state == "active")[:1]
            scheme.version_id = version
            scheme.is_changed = bool(version) and not scheme._is_same_spec(version.spec, scheme._get_spec())

    def _compute_run_count(self):
        counts = dict(
            self.env["customer.grading.run"]._read_group(
                [("scheme_id", "in", self.ids)], ["scheme_id"], ["__count"]
            )
        )
        for scheme in self:
            scheme.run_count = counts.get(scheme, 0)

    @api.constrains("scope")
    def _check_scope(self):
        for scheme in self:
            error = scheme._get_scope_error()
            if error:
                raise ValidationError(error)
            # By the rights of who writes it: whom a scheme grades must not tell what the writer may not read.
            domain = self._get_scope_domain(scheme.scope, scheme.company_id.id)
            self.env["res.partner"].sudo(False)._search(domain, limit=1)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_activated(self):
        if self.sudo().version_ids:
            raise UserError(
                self.env._("A scheme that was in force is kept with its versions: archive it instead.")
            )
        # Dry runs go with the scheme, their rows have no foreign key.
        self.sudo().run_ids._drop_rows()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for scheme, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(name)s (copy)", name=scheme.name)
        return vals_list

    # --- Actions ---

    def action_activate(self):
        """Put the working copy in force as a new version.

        :raises UserError: with all problems of the configuration
        """
        self.check_access("write")
        for scheme in self:
            scheme._raise_problems()
            spec = scheme._get_spec()
            version = scheme.version_id
            if version and scheme._is_same_spec(version.spec, spec):
                raise UserError(
                    self.env._("Nothing has changed since version %(number)s.", number=version.number)
                )
            version.sudo().write({"state": "superseded"})
            created = (
                self.env["customer.grading.version"]
                .sudo()
                .create(
                    {
                        "scheme_id": scheme.id,
                        "number": max(scheme.sudo().version_ids.mapped("number"), default=0) + 1,
                        "spec": spec,
                        # Named, so that no default that a user stored says otherwise.
                        **{"state": "active", "date": fields.Datetime.now(), "user_id": self.env.uid},
                    }
                )
            )
            scheme.invalidate_recordset(["version_ids", "version_id", "is_changed"])
            scheme.message_post(body=self.env._("Version %(number)s is in force.", number=created.number))
        return True

    def action_discard(self):
        """Make the working copy what the version in force says."""
        self.check_access("write")
        for scheme in self:
            if not scheme.version_id:
                raise UserError(self.env._("%(scheme)s was never in force.", scheme=scheme.name))
            scheme._restore_spec(scheme.version_id.spec)
        return True

    def action_check(self):
        """Show what is wrong, or can never match, in the working copy."""
        self.ensure_one()
        self.check_access("read")
        findings = self._check_configuration()
        return notify(
            "\n".join(text for _level, text in findings)
            or self.env._("Nothing is wrong: all grades can be reached."),
            self._get_worst_level(findings),
            title=self.env._("Configuration of %(scheme)s", scheme=self.name),
            sticky=bool(findings),
        )

    def action_run(self):
        """Grade all customers of the scheme by its version in force.

        A scheme that was never in force is activated first.

        :return: the ``customer.grading.run``
        :raises AccessError: for who is no supervisor
        :raises UserError: when a run is under way, or there is nobody to grade
        """
        self.ensure_one()
        self._check_may_run()
        if not self.version_id:
            self.action_activate()
        return self.env["customer.grading.run"]._start(self, self.version_id.spec, version=self.version_id)

    def action_dry_run(self):
        """Grade all customers by the working copy, to see who would move; nothing else changes.

        :return: the ``customer.grading.run``
        """
        self.ensure_one()
        self._check_may_run()
        self._raise_problems()
        return self.env["customer.grading.run"]._start(self, self._get_spec(), is_dry_run=True)

    def action_open_run(self):
        """Start a run and open it."""
        return self.action_run()._get_form_action()

    def action_open_dry_run(self):
        """Start a dry run and open it."""
        return self.action_dry_run()._get_form_action()

    def action_open_runs(self):
        """Open the runs of the scheme."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_grading_run_action"),
            "domain": [("scheme_id", "=", self.id)],
            "context": {},
        }

    def _check_may_run(self):
        if not self.env.su:
            if not self.env.user.has_group("customer_care.group_care_supervisor"):
                raise AccessError(self.env._("Only supervisors can start a grading run."))
            self.check_access("read")

    # --- Whom the scheme grades ---

    def _get_scopes(self):
        """Return the filters of the scheme as they are now: its own, and those of schemes before it.

        :return: dict for the spec of a run: ``scope``, ``company_id``, ``excluded`` (list of [scope, company_id])
        """
        self.ensure_one()
        earlier = (
            self.sudo()
            .search([("sequence", "<=", self.sequence), ("id", "!=", self.id)])
            .filtered(
                lambda scheme: (scheme.sequence, scheme.id) < (self.sequence, self.id) and scheme.version_id
            )
        )
        return {
            "scope": self.scope or "[]",
            "company_id": self.company_id.id,
            "excluded": [
                [scheme.version_id.spec["scope"], scheme.version_id.spec["company_id"]] for scheme in earlier
            ],
        }

    @api.model
    def _get_customer_query(self, scopes, domain=None):
        """Return the query of the customers whom ``scopes`` (see ``_get_scopes``) name, as superuser.

        :raises ValueError: a filter cannot be used
        """
        # The language of who starts a run must not decide what a filter matches.
        Partner = self.env["res.partner"].sudo().with_context(active_test=True, lang=None)
        wanted = self._get_scope_domain(scopes["scope"], scopes["company_id"])
        for scope, company_id in scopes["excluded"]:
            wanted &= ~self._get_scope_domain(scope, company_id)
        # Our own companies and colleagues are no customers.
        wanted &= Domain("active", "=", True) & Domain("partner_share", "=", True)
        query = Partner._search(wanted & Domain(domain or Domain.TRUE), order=None)
        query.add_where("res_partner.commercial_partner_id = res_partner.id")
        query.add_where("res_partner.id NOT IN (SELECT partner_id FROM res_company)")
        return query
