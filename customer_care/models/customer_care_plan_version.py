from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_date

from ..tools.plan_diff import compare

DATE_FIELDS = ("date", "date_begin", "date_end")
MONEY_FIELDS = ("cost", "budget", "expected_revenue")


class CustomerCarePlanVersion(models.Model):
    """What was submitted, word by word, and what became of it; written by the program alone and kept."""

    _name = "customer.care.plan.version"
    _description = "Version of a Care Plan"
    _order = "plan_id, number desc"
    _rec_name = "number"

    plan_id = fields.Many2one(
        "customer.care.plan", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    number = fields.Integer(string="Version", required=True, readonly=True, aggregator=None)
    spec = fields.Json(readonly=True, help="The plan as it was submitted.")
    date = fields.Datetime(string="Submitted On", required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", string="Submitted By", required=True, readonly=True)
    decision = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("approved", "Approved"),
            ("sent_back", "Sent Back"),
            ("taken_back", "Taken Back"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    remark = fields.Text(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    budget = fields.Monetary(readonly=True, aggregator=None)
    difference = fields.Html(
        string="Changes to the Version Before", compute="_compute_difference", sanitize=False
    )

    _number_uniq = models.Constraint(
        "UNIQUE(plan_id, number)", "There is already a version with this number."
    )

    @api.depends("plan_id", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._("Version %(number)s", number=version.number)

    @api.depends("spec")
    @api.depends_context("lang")
    def _compute_difference(self):
        for version in self:
            earlier = version.plan_id.version_ids.filtered(
                lambda other, number=version.number: other.number < number
            )
            before = max(earlier, key=lambda other: other.number, default=version.browse())
            version.difference = version._get_difference_html(before) if before else False

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Versions are made by submitting a plan."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("Versions of a plan cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Versions of a plan are kept."))

    def action_compare(self):
        """Open the dialogue that compares this version with another one."""
        self.ensure_one()
        self.check_access("read")
        return self.plan_id._get_compare_action(self)

    # The difference in words

    def _get_difference_html(self, before):
        """Return what changed from version ``before`` to this one: sentences and a table, in the reader's language."""
        self.ensure_one()
        difference = compare(before.spec or {}, self.spec or {})
        if not difference:
            return Markup("<p>%s</p>") % self.env._("Nothing was changed.")
        items = Markup().join(Markup("<li>%s</li>") % text for text in self._get_sentences(difference))
        return Markup("<ul>%s</ul>") % items + self._get_table(difference, before)

    def _get_sentences(self, difference):
        for name, old, new in difference.values:
            yield self.env._(
                "%(field)s: from %(old)s to %(new)s.",
                field=self._get_label(name),
                old=self._get_text(name, old),
                new=self._get_text(name, new),
            )
        for name, rows in difference.rows.items():
            for row in rows.added:
                yield self._get_row_sentence(name, row, "added")
            for row in rows.removed:
                yield self._get_row_sentence(name, row, "removed")
            for row, changes in rows.changed:
                yield self._get_row_sentence(name, row, "changed", changes)

    def _get_row_sentence(self, name, row, event, changes=()):
        values = {
            "name": row.get("name") or self._get_text("kind", row.get("kind"), name),
            "details": "; ".join(
                self.env._(
                    "%(field)s: %(old)s → %(new)s",
                    field=self._get_label(field, name),
                    old=self._get_text(field, old, name),
                    new=self._get_text(field, new, name),
                )
                for field, old, new in changes
            ),
        }
        if name == "goals":
            texts = {
                "added": self.env._("New goal: %(name)s.", **values),
                "removed": self.env._("Goal left out: %(name)s.", **values),
                "changed": self.env._("Goal %(name)s: %(details)s.", **values),
            }
        else:
            texts = {
                "added": self.env._("New measure: %(name)s.", **values),
                "removed": self.env._("Measure left out: %(name)s.", **values),
                "changed": self.env._("Measure %(name)s: %(details)s.", **values),
            }
        return texts[event]

    def _get_table(self, difference, before):
        """Return the table with one line for each value before and after."""
        lines = [(self._get_label(name), name, None, old, new) for name, old, new in difference.values]
        for part, rows in difference.rows.items():
            lines += [(row.get("name"), None, part, None, row) for row in rows.added]
            lines += [(row.get("name"), None, part, row, None) for row in rows.removed]
            for row, changes in rows.changed:
                lines += [
                    (f"{row.get('name')}: {self._get_label(name, part)}", name, part, old, new)
                    for name, old, new in changes
                ]
        body = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
            % (label or "", self._get_cell(name, part, old), self._get_cell(name, part, new))
            for label, name, part, old, new in lines
        )
        head = Markup("<tr><th>%s</th><th>%s</th><th>%s</th></tr>") % (
            self.env._("What"),
            before.display_name,
            self.display_name,
        )
        return Markup("<table class='table table-sm'><thead>%s</thead><tbody>%s</tbody></table>") % (
            head,
            body,
        )

    def _get_cell(self, name, part, value):
        if name:
            return self._get_text(name, value, part)
        if value is None:
            return "-"
        shown = [key for key in value if key not in ("key", "name") and value[key]]
        return ", ".join(self._get_text(key, value[key], part) for key in shown)

    def _get_label(self, name, part=None):
        labels = {
            "user": self.env._("Responsible"),
            "date": self.env._("Date"),
            "cost": self.env._("Cost"),
            "target": self.env._("To Reach"),
            "kind": self.env._("Kind"),
            "name": self.env._("Title"),
            "campaign": self.env._("Campaign"),
            "customers": self.env._("Number of Customers"),
            "description": self.env._("Description"),
            "priority": self.env._("Priority"),
            "date_begin": self.env._("Begin"),
            "date_end": self.env._("End"),
            "budget": self.env._("Budget"),
            "expected_revenue": self.env._("Expected Revenue"),
        }
        return labels.get(name, name)

    def _get_text(self, name, value, part=None):
        """Return a frozen value as its reader writes it."""
        if not value and name not in MONEY_FIELDS:
            return "-"
        if name in DATE_FIELDS:
            return format_date(self.env, value)
        if name in MONEY_FIELDS:
            return self.currency_id.format(value or 0)
        if name in ("kind", "priority"):
            model = "customer.care.plan.goal" if part == "goals" else "customer.care.measure"
            return dict(self.env[model]._fields[name]._description_selection(self.env)).get(value, value)
        return str(value)
