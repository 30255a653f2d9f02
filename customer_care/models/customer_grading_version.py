from odoo import api, fields, models
from odoo.exceptions import AccessError


class CustomerGradingVersion(models.Model):
    """What a scheme said when it was activated: kept for ever, so that each past grade can be explained."""

    _name = "customer.grading.version"
    _description = "Version of a Grading Scheme"
    _order = "scheme_id, number desc"

    scheme_id = fields.Many2one(
        "customer.grading.scheme", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="scheme_id.company_id", store=True, precompute=True, index="btree_not_null"
    )
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    spec = fields.Json(string="Content", required=True, readonly=True)
    state = fields.Selection(
        [("active", "In Force"), ("superseded", "Superseded")], required=True, readonly=True, default="active"
    )
    date = fields.Datetime(string="Activated On", required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="Activated By", readonly=True, default=lambda self: self._default_user()
    )
    summary = fields.Html(compute="_compute_summary", string="Rules", sanitize=False)

    _number_uniq = models.Constraint("UNIQUE(scheme_id, number)", "A version has a number of its own.")

    def _default_user(self):
        return self.env.user

    @api.depends("scheme_id", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(scheme)s, version %(number)s", scheme=version.scheme_id.name, number=version.number
            )

    @api.depends("spec")
    @api.depends_context("lang")
    def _compute_summary(self):
        for version in self:
            version.summary = self.env["customer.grading.scheme"]._get_spec_html(version.spec or {})

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Versions are made by activating a scheme."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su or set(vals) - {"state"}:
            raise AccessError(self.env._("A version of a grading scheme cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise AccessError(self.env._("A version of a grading scheme cannot be deleted."))
