from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..fields import Reference
from ..tools.answers import RELOAD, notify

GRADE_FIELDS = (
    "care_grade_id",
    "care_score",
    "care_previous_score",
    "care_grade_date",
    "care_review_date",
    "care_grade_result_id",
    "care_grade_until",
)


class ResPartner(models.Model):
    """The grade of a customer: given to the commercial partner, shown on its contacts, written by the program alone."""

    _inherit = "res.partner"

    care_grade_id = fields.Many2one(
        "customer.grade",
        string="Grade",
        readonly=True,
        copy=False,
        groups="base.group_user",
        ondelete="restrict",
    )
    care_score = fields.Float(
        string="Score", readonly=True, copy=False, digits=(5, 2), groups="base.group_user", aggregator="avg",
        help="0 to 100, by the scheme that applies to the customer.",
    )  # fmt: skip
    care_previous_score = fields.Float(
        string="Score Before",
        readonly=True,
        copy=False,
        digits=(5, 2),
        groups="base.group_user",
        aggregator="avg",
    )
    care_grade_date = fields.Date(string="Graded On", readonly=True, copy=False, groups="base.group_user")
    care_review_date = fields.Date(
        string="Next Grade Review", readonly=True, copy=False, groups="base.group_user"
    )
    care_grade_result_id = Reference(
        "customer.grading.result", string="Grade From", readonly=True, copy=False, groups="base.group_user"
    )
    care_grade_until = fields.Date(
        string="Manual Grade Until", readonly=True, copy=False, groups="base.group_user",
        help="Until this day the grade given by hand stays, whatever runs find.",
    )  # fmt: skip

    def _commercial_fields(self):
        return [*super()._commercial_fields(), *GRADE_FIELDS]

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(not set(vals).isdisjoint(GRADE_FIELDS) for vals in vals_list):
            raise self._care_get_grade_error()
        partners = super().create(vals_list)
        if not self.env.su:
            # Also not by a default in the context of a client; contacts have what their company has.
            for partner in partners.sudo():
                source = partner.commercial_partner_id
                if any(
                    partner[name] and (source == partner or partner[name] != source[name])
                    for name in GRADE_FIELDS
                ):
                    raise self._care_get_grade_error()
        return partners

    def write(self, vals):
        names = [name for name in GRADE_FIELDS if name in vals]
        if names and not self.env.su:
            self._care_check_grade_write({name: vals[name] for name in names})
        if "parent_id" not in vals and "is_company" not in vals:
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self.sudo()}
        result = super().write(vals)
        for partner, customer in before.items():
            if partner.commercial_partner_id != customer:
                partner._care_take_grade()
        return result

    def _care_take_grade(self):
        """Give a partner (singleton) who came to another customer what that one has, who went away from one nothing."""
        customer = self.commercial_partner_id
        fresh = customer.browse() if customer == self else customer
        # sudo: by the program alone; core passes on no empty values
        self.sudo().write(
            {name: self._fields[name].convert_to_write(fresh[name], fresh) for name in GRADE_FIELDS}
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_care_grading(self):
        """What was found about a customer goes with the customer."""
        self.env["customer.grading.result"].flush_model()
        opened = (
            self.env["customer.grading.result"]
            .sudo()
            .search(
                [("partner_id", "in", self.ids), ("state", "=", "proposed"), ("proposal_id", "!=", False)]
            )
        )
        proposals = opened.proposal_id
        for table in ("customer_grading_result", "customer_grading_value"):
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE partner_id IN %s", SQL.identifier(table), tuple(self.ids) or (0,))
            )
        self.env["customer.grading.result"].invalidate_model()
        proposals._close_empty(self.env._("The customers of this proposal were deleted or merged."))

    def action_care_grade_now(self):
        """Grade the customer alone, by the scheme in force that applies to it.

        :raises AccessError: for who is no supervisor
        :raises UserError: when no scheme applies, or the customer cannot be compared with others yet
        """
        self.ensure_one()
        self.check_access("read")
        schemes = self.env["customer.grading.scheme"].search(Domain.TRUE)
        schemes.browse()._check_may_run()
        customer = self.sudo().commercial_partner_id
        for scheme in schemes.filtered("version_id"):
            run = self.env["customer.grading.run"]._run_one(scheme, customer)
            if run:
                return self._care_get_grading_notice(run.sudo())
        raise UserError(
            self.env._("No grading scheme that is in force applies to %(name)s.", name=customer.name)
        )

    def action_care_propose_grade(self):
        """Open the dialogue that proposes a grade by hand."""
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_care.customer_grading_proposal_create_action"
            ),
            "context": {"default_partner_ids": self.commercial_partner_id.ids},
        }

    def action_care_open_grading(self):
        """Open all results of the customer."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_grading_result_action"),
            "domain": [("partner_id", "=", self.commercial_partner_id.id), ("is_dry_run", "=", False)],
            "context": {},
        }

    def action_care_grade_list_xlsx(self):
        """Download the grade list as a workbook: these customers, or all graded ones when none is chosen."""
        self.check_access("read")
        return self.env["customer.grade.list"]._open(self)

    def action_care_open_grade_chart(self):
        """Open the line chart of the customer's scores."""
        chart = self.env.ref("customer_care.customer_grading_result_view_graph_history")
        return {
            **self.action_care_open_grading(),
            "views": [(chart.id, "graph"), (False, "list"), (False, "form")],
            "view_mode": "graph,list,form",
        }

    def _care_get_grading_notice(self, run):
        if run.state == "failed":
            raise UserError(run.error)
        result = self.env["customer.grading.result"].sudo().search([("run_id", "=", run.id)], limit=1)
        states = dict(result._fields["state"]._description_selection(self.env))
        return notify(
            self.env._(
                "%(name)s: score %(score)s, %(state)s",
                name=result.partner_id.name,
                score=f"{result.score:.2f}" if result.grade_id else "-",
                state=f"{result.grade_id.code or ''} {states.get(result.state, '')}".strip(),
            ),
            "success",
            RELOAD,
        )

    def _care_get_grade_error(self):
        return AccessError(self.env._("Grades are given by approved proposals, they cannot be written."))

    def _care_check_grade_write(self, vals):
        """:raises AccessError: unless ``vals`` are what the customers have already, or their companies have"""
        for partner in self.sudo():
            sources = (partner, partner.commercial_partner_id)
            if not any(
                all(source._care_is_grade(name, value) for name, value in vals.items()) for source in sources
            ):
                raise self._care_get_grade_error()

    def _care_is_grade(self, name, value):
        """Return whether ``value``, as it is written, is what the customer (singleton) has already."""
        field = self._fields[name]
        return field.convert_to_record(field.convert_to_cache(value, self), self) == self[name]

    def _care_get_last_grades(self):
        """Return ``{grade_id: [customer ids]}`` of the last grades that runs computed."""
        if not self:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (partner_id) partner_id, grade_id FROM customer_grading_result
                 WHERE partner_id IN %s AND run_id IS NOT NULL AND NOT is_dry_run AND grade_id IS NOT NULL
                 ORDER BY partner_id, date DESC, id DESC
                """,
                tuple(self.ids),
            )
        )
        result = {}
        for partner_id, grade_id in rows:
            result.setdefault(grade_id, []).append(partner_id)
        return result
