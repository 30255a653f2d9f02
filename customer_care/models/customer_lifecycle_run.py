import logging

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.figures import Scope

_logger = logging.getLogger(__name__)

# Customers (by the range of their ids) in one statement and one transaction.
SLICE = 20000


class CustomerLifecycleRun(models.Model):
    """One application of the rules of the life-cycle stages to all customers, in slices, resumable."""

    _name = "customer.lifecycle.run"
    _description = "Application of the Life-Cycle Rules"
    _order = "id desc"
    _rec_name = "date"

    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today, help="Figures as of")
    user_id = fields.Many2one(
        "res.users", string="Started by", readonly=True, default=lambda self: self.env.user
    )
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="running",
    )
    next_id = fields.Integer(readonly=True, help="Where the next slice begins.")
    last_id = fields.Integer(readonly=True)
    progress = fields.Integer(string="Progress (%)", compute="_compute_progress")
    customer_count = fields.Integer(string="Customers Looked at", readonly=True)
    changed_count = fields.Integer(string="Customers Moved", readonly=True)
    message = fields.Char(readonly=True)

    @api.depends("state", "next_id", "last_id")
    def _compute_progress(self):
        for run in self:
            done = run.state == "done" or not run.last_id
            run.progress = 100 if done else min(99, round(100 * run.next_id / (run.last_id + 1)))

    def action_resume(self):
        """Go on with failed runs, e.g. once a filter was repaired."""
        self.check_access("write")
        self.filtered(lambda run: run.state == "failed").sudo().write({"state": "running", "message": False})
        self.env.ref("customer_care.ir_cron_lifecycle").sudo()._trigger()

    # Slices

    @api.model
    def _start(self):
        """Return the run under way, else a new one over all customers."""
        return self.search([("state", "=", "running")], order="id", limit=1) or self.create(
            {"last_id": self._get_last_partner_id()}
        )

    @api.model
    def _get_last_partner_id(self):
        return self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM res_partner"))[0][0]

    def _run_slice(self):
        """Apply the rules to the next slice and note where to go on; a run that ends becomes ``done``.

        :return: how many customers were looked at
        """
        self.ensure_one()
        first, last = self.next_id, self.next_id + SLICE - 1
        seen, changed = self._apply(first, last, self.date)
        self.write(
            {
                "next_id": last + 1,
                "customer_count": self.customer_count + seen,
                "changed_count": self.changed_count + changed,
                "state": "done" if last >= self.last_id else "running",
            }
        )
        return seen

    def _fail(self, error):
        self.write({"state": "failed", "message": str(error)})
        _logger.warning("The life-cycle rules cannot be applied: %s", error)

    @api.model
    def _cron_apply(self):
        """Apply the rules to all customers; after a crash or a break it goes on where it stopped."""
        run = self._start()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=run._get_slices_left())
        while run.state == "running":
            try:
                run.lock_for_update()
            except LockError:
                return
            try:
                with self.env.cr.savepoint():
                    run._run_slice()
            except UserError as error:
                run._fail(error)
            if not progress(1, remaining=run._get_slices_left()):
                return

    def _get_slices_left(self):
        self.ensure_one()
        return -(-(self.last_id + 1 - self.next_id) // SLICE) if self.state == "running" else 0

    # Rules

    @api.model
    def _get_rules(self, first_id, last_id, date):
        """Return SQL of the customers of a range: ``id, old_id, new_id, date_until``.

        A stage set by hand is kept up to its last day: those customers are left out. Amounts are in the
        currency of the first company.
        """
        stages = self.env["customer.lifecycle.stage"].sudo().search(Domain.TRUE)
        metrics = stages._get_metrics()
        companies = self.env["res.company"].sudo()
        scope = Scope(
            date=date,
            currency_id=companies.search([], order="id", limit=1).currency_id.id,
            first_id=first_id,
            last_id=last_id,
        )
        partners = self._get_partners_sql(scope)
        if metrics:
            figures = metrics.sudo()._build_query(partners, scope)
        else:
            figures = SQL("SELECT id AS partner_id FROM (%s) members", partners)
        self.env["res.partner"].flush_model()
        return SQL(
            """
            SELECT partner.id, partner.care_lifecycle_stage_id AS old_id, partner.care_lifecycle_until AS date_until,
                   %(target)s AS new_id
              FROM (%(figures)s) figure JOIN res_partner partner ON partner.id = figure.partner_id
             WHERE partner.care_lifecycle_until IS NULL OR partner.care_lifecycle_until < %(date)s
            """,
            target=stages._get_target_sql(metrics),
            figures=figures,
            date=date,
        )

    @api.model
    def _get_partners_sql(self, scope):
        """Customers are active partners that stand for themselves, neither our users nor our companies."""
        return SQL(
            """
            SELECT id FROM res_partner
             WHERE active AND commercial_partner_id = id AND partner_share IS NOT FALSE AND %s
               AND id NOT IN (SELECT partner_id FROM res_company)
            """,
            scope.limit(SQL("id")),
        )

    @api.model
    def _apply(self, first_id, last_id, date):
        """Move the customers of a range to the stage of the first rules that match, in one statement.

        Only those whose stage changes (or whose stage set by hand has ended) are written, with their
        contacts; each change is a row of the history and, unless it is the first stage, of the timeline.

        :return: ``(customers looked at, customers moved)``
        """
        query = SQL(
            """
            WITH target AS MATERIALIZED (%(rules)s),
            moved AS (
                UPDATE res_partner family
                   SET care_lifecycle_stage_id = target.new_id,
                       care_lifecycle_date = CASE WHEN target.new_id IS DISTINCT FROM target.old_id
                                                  THEN %(date)s ELSE care_lifecycle_date END,
                       care_lifecycle_until = NULL,
                       care_lifecycle_reason = NULL
                  FROM target
                 WHERE family.commercial_partner_id = target.id
                   AND (target.new_id IS DISTINCT FROM target.old_id OR target.date_until IS NOT NULL)
             RETURNING family.id, target.id AS main_id, target.old_id, target.new_id, target.date_until
            ),
            changed AS (SELECT * FROM moved WHERE id = main_id AND new_id IS DISTINCT FROM old_id),
            history AS (
                INSERT INTO customer_lifecycle_change
                       (partner_id, from_stage_id, to_stage_id, date, source, user_id)
                SELECT id, old_id, new_id, %(now)s,
                       CASE WHEN date_until IS NULL THEN 'rule' ELSE 'expired' END, %(user)s
                  FROM changed
                 ORDER BY id
            ),
            timeline AS (
                INSERT INTO customer_care_event
                       (partner_id, commercial_partner_id, company_id, kind, date, summary, user_id)
                SELECT changed.id, changed.id, partner.company_id, 'lifecycle_changed', %(now)s,
                       CONCAT(%(old_name)s, ' → ', COALESCE(%(new_name)s, '-')), %(user)s
                  FROM changed
                  JOIN res_partner partner ON partner.id = changed.id
                  JOIN customer_lifecycle_stage old ON old.id = changed.old_id
                  LEFT JOIN customer_lifecycle_stage new ON new.id = changed.new_id
                 ORDER BY changed.id
            )
            SELECT (SELECT COUNT(*) FROM target), (SELECT COUNT(*) FROM changed), (SELECT COUNT(*) FROM moved)
            """,
            rules=self._get_rules(first_id, last_id, date),
            date=date,
            now=fields.Datetime.now(),
            user=self.env.uid,
            old_name=self._get_name_sql("old"),
            new_name=self._get_name_sql("new"),
        )
        seen, changed, written = self.env.execute_query(query)[0]
        if written:
            self.env["res.partner"].invalidate_model(
                [
                    "care_lifecycle_stage_id",
                    "care_lifecycle_date",
                    "care_lifecycle_until",
                    "care_lifecycle_reason",
                ]
            )
        return seen, changed

    @api.model
    def _get_name_sql(self, alias):
        """The timeline has no language of its own: names are in that of the company."""
        lang = self.env.company.partner_id.sudo().lang or "en_US"
        name = SQL.identifier(alias, "name")
        return SQL("COALESCE(%(name)s ->> %(lang)s, %(name)s ->> 'en_US')", name=name, lang=lang)

    @api.model
    def _preview(self):
        """Return ``{(old stage id, new stage id): number of customers}`` as the rules would have it today."""
        counts = {}
        date = fields.Date.context_today(self)
        for first_id in range(0, self._get_last_partner_id() + 1, SLICE):
            rules = self._get_rules(first_id, first_id + SLICE - 1, date)
            rows = self.env.execute_query(
                SQL("SELECT old_id, new_id, COUNT(*) FROM (%s) target GROUP BY old_id, new_id", rules)
            )
            for old_id, new_id, count in rows:
                counts[old_id, new_id] = counts.get((old_id, new_id), 0) + count
        return counts
