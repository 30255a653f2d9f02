from odoo import api, fields, models
from odoo.addons.customer_complaint.models.customer_complaint import PROBLEM_KINDS
from odoo.exceptions import AccessError
from odoo.fields import Domain


class DigestDigest(models.Model):
    """What happened to complaints between two digests, as far as the reader may see them."""

    _inherit = "digest.digest"

    kpi_complaint_received = fields.Boolean(string="Complaints Received")
    kpi_complaint_received_value = fields.Integer(compute="_compute_kpi_complaint_received_value")
    kpi_complaint_resolved = fields.Boolean(string="Complaints Resolved")
    kpi_complaint_resolved_value = fields.Integer(compute="_compute_kpi_complaint_resolved_value")
    kpi_complaint_in_time = fields.Boolean(
        string="Complaints Resolved in Time (%)",
        help="Of the complaints resolved in the period, those within their time limit.",
    )
    kpi_complaint_in_time_value = fields.Float(compute="_compute_kpi_complaint_in_time_value")
    kpi_complaint_satisfied = fields.Boolean(
        string="Satisfied with the Handling (%)",
        help="Of the customers who answered in the period, those who are satisfied.",
    )
    kpi_complaint_satisfied_value = fields.Float(compute="_compute_kpi_complaint_satisfied_value")

    def _compute_kpi_complaint_received_value(self):
        self._set_complaint_figure("kpi_complaint_received_value", "received_datetime", "__count")

    def _compute_kpi_complaint_resolved_value(self):
        domain = [("phase", "!=", "cancelled")]
        self._set_complaint_figure("kpi_complaint_resolved_value", "resolved_datetime", "__count", domain)

    def _compute_kpi_complaint_in_time_value(self):
        aggregate = "resolution_within:avg"
        self._set_complaint_figure("kpi_complaint_in_time_value", "resolved_datetime", aggregate)

    def _compute_kpi_complaint_satisfied_value(self):
        aggregate = "satisfied_percent:avg"
        self._set_complaint_figure("kpi_complaint_satisfied_value", "satisfaction_datetime", aggregate)

    def _set_complaint_figure(self, name, date_field, aggregate, domain=Domain.TRUE):
        """Fill the field ``name`` with an aggregate over the rows of the complaint analysis in the period.

        :raises AccessError: the reader may not read figures; the digest then leaves it out
        """
        report = self.env["customer.complaint.report"]
        if not report.has_access("read"):
            raise AccessError(self.env._("You may not read the figures of complaints."))
        start, end, companies = self._get_kpi_compute_parameters()
        period = Domain(date_field, ">=", start) & Domain(date_field, "<", end)
        scope = Domain("kind", "in", PROBLEM_KINDS) & Domain("company_id", "in", companies.ids)
        rows = report.with_context(allowed_company_ids=companies.ids)
        numbers = dict(rows._read_group(period & scope & Domain(domain), ["company_id"], [aggregate]))
        for digest in self:
            digest[name] = numbers.get(digest.company_id or self.env.company) or 0

    @api.model
    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        dashboard = "customer_complaint.customer_complaint_action_dashboard"
        menu = self.env.ref("customer_care.customer_care_menu_root").id
        names = ("received", "resolved", "in_time", "satisfied")
        return {**actions, **{f"kpi_complaint_{name}": f"{dashboard}?menu_id={menu}" for name in names}}
