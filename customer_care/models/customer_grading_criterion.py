from odoo import api, fields, models
from odoo.tools.misc import format_decimalized_number, formatLang


class CustomerGradingCriterion(models.Model):
    """One thing that a scheme looks at: a metric, its weight, and how values become points."""

    _name = "customer.grading.criterion"
    _description = "Grading Criterion"
    _order = "sequence, id"
    _rec_name = "metric_id"

    scheme_id = fields.Many2one("customer.grading.scheme", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    metric_id = fields.Many2one("customer.metric", required=True, ondelete="restrict", index=True)
    unit = fields.Selection(related="metric_id.unit")
    weight = fields.Float(required=True, digits=(5, 2), help="Percent. The weights of a scheme make 100.")
    method = fields.Selection(
        [("bands", "Bands"), ("quantile", "Classes of equal number"), ("linear", "In proportion")],
        required=True,
        default="bands",
        string="Points By",
    )
    band_ids = fields.One2many("customer.grading.band", "criterion_id", string="Bands", copy=True)
    classes = fields.Integer(default=5, help="From 3 to 5. Customers who tie share the better class.")
    scale = fields.Selection(
        [("share", "Worst class above 0 (20, 40, ... 100)"), ("zero", "Worst class 0 (0, 25, ... 100)")],
        required=True,
        default="share",
        string="Points of the Classes",
    )
    low = fields.Float(string="0 Points At", digits=(16, 4))
    high = fields.Float(string="100 Points At", digits=(16, 4))
    missing = fields.Selection(
        [
            ("no_points", "No points"),
            ("fixed", "Fixed points"),
            ("leave_out", "Leave out, others weigh more"),
        ],
        required=True,
        default="no_points",
        string="When Unknown",
    )
    missing_points = fields.Float(string="Points When Unknown", digits=(5, 2))
    mapping = fields.Char(compute="_compute_mapping", string="How Points Are Given")

    _check_weight = models.Constraint(
        "CHECK(weight > 0 AND weight <= 100)", "A weight lies above 0 and up to 100."
    )
    _check_classes = models.Constraint("CHECK(classes BETWEEN 3 AND 5)", "There are 3 to 5 classes.")
    _check_missing_points = models.Constraint(
        "CHECK(missing_points >= 0 AND missing_points <= 100)", "Points go from 0 to 100."
    )
    _metric_uniq = models.Constraint("UNIQUE(scheme_id, metric_id)", "A scheme looks at a metric once.")

    @api.depends("method", "band_ids.from_value", "band_ids.points", "classes", "scale", "low", "high")
    @api.depends_context("lang")
    def _compute_mapping(self):
        for criterion in self:
            if criterion.method == "bands":
                criterion.mapping = ", ".join(
                    f"≥ {self._format(band.from_value)}: {self._format(band.points)}"
                    for band in criterion.band_ids.sorted("from_value")
                )
            elif criterion.method == "quantile":
                criterion.mapping = self.env._(
                    "%(count)s classes, the best gets 100 points", count=criterion.classes
                )
            else:
                criterion.mapping = self.env._(
                    "%(low)s: 0 points, %(high)s: 100 points",
                    low=self._format(criterion.low),
                    high=self._format(criterion.high),
                )

    def _format(self, number):
        if abs(number) >= 100000:
            return format_decimalized_number(number)
        return formatLang(self.env, number, digits=0 if number == int(number) else 2)
