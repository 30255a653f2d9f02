from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.answers import CLOSE, notify
from ..tools.completeness import sql_is_filled, sql_percent

KINDS = {
    **dict.fromkeys(("char", "text", "selection"), "text"),
    **dict.fromkeys(("integer", "float", "monetary"), "number"),
    **dict.fromkeys(("date", "datetime", "many2one"), "value"),
}
X2MANY = ("one2many", "many2many")
# What a customer may be asked: plain facts about himself, nothing of money and nothing we think of him.
ASKABLE = (
    "name",
    "function",
    "email",
    "phone",
    "website",
    "street",
    "street2",
    "zip",
    "city",
    "state_id",
    "country_id",
    "industry_id",
    "lang",
    "care_birthday",
)


class CustomerCompletenessField(models.Model):
    """A field of customers that should be filled, and that the customer may be asked to check."""

    _name = "customer.completeness.field"
    _description = "Field of the Customer Archive"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    field_id = fields.Many2one(
        "ir.model.fields",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('id', 'in', choice_ids)]",
        help="Only fields that are kept and entered can be asked for.",
    )
    choice_ids = fields.Many2many("ir.model.fields", compute="_compute_choice_ids")
    name = fields.Char(string="Technical Name", related="field_id.name")
    label = fields.Char(compute="_compute_label")
    active = fields.Boolean(default=True)
    weight = fields.Integer(
        required=True,
        default=1,
        aggregator=None,
        help="How much the field counts in the completeness of a record; 0 when it is only asked.",
    )
    applies_to = fields.Selection(
        [("both", "Companies and people"), ("company", "Companies"), ("person", "People")],
        required=True,
        default="both",
    )
    can_be_asked = fields.Boolean(compute="_compute_can_be_asked")
    is_asked = fields.Boolean(
        string="Customer Checks It",
        help="The customer sees the present value on the page on which the details are checked.",
    )
    help_text = fields.Char(string="Hint", translate=True, help="Shown to the customer under the field.")

    _field_uniq = models.Constraint("UNIQUE(field_id)", "This field is in the list already.")
    _weight_range = models.Constraint("CHECK(weight BETWEEN 0 AND 1000)", "A weight is from 0 to 1000.")

    @api.constrains("field_id", "is_asked")
    def _check_field_id(self):
        for line in self:
            name = line.field_id.name
            if line.field_id.model != "res.partner" or not self._is_choosable(name):
                raise ValidationError(
                    self.env._(
                        "%(field)s cannot be checked: only kept and entered fields of customers can.",
                        field=line.field_id.field_description,
                    )
                )
            if line.is_asked and name not in self._get_askable_names():
                raise ValidationError(
                    self.env._(
                        "Customers cannot be asked for %(field)s.", field=line.field_id.field_description
                    )
                )

    @api.depends("field_id")
    def _compute_choice_ids(self):
        choices = self.env["ir.model.fields"].sudo().search([("model", "=", "res.partner")])
        choices = choices.filtered(lambda choice: self._is_choosable(choice.name))
        for line in self:
            line.choice_ids = choices.ids

    @api.depends("field_id")
    @api.depends_context("lang")
    def _compute_label(self):
        Partner = self.env["res.partner"]
        for line in self:
            field = Partner._fields.get(line.field_id.name)
            line.label = field._description_string(self.env) if field else line.field_id.field_description

    @api.depends("field_id")
    def _compute_can_be_asked(self):
        names = self._get_askable_names()
        for line in self:
            line.can_be_asked = line.field_id.name in names

    @api.depends("label")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.label

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self._refresh()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"field_id", "active", "weight", "applies_to"}.intersection(vals):
            self._refresh()
        return result

    def unlink(self):
        result = super().unlink()
        self._refresh()
        return result

    def action_refresh(self):
        """Have the completeness of all customers computed anew in the background."""
        self.browse().check_access("write")
        self._refresh()
        return notify(self.env._("The completeness of all customers is being computed."), then=CLOSE)

    @api.model
    def _get_askable_names(self):
        """Return the names of the fields customers may be asked for. Override to add plain facts."""
        return ASKABLE

    @api.model
    def _is_choosable(self, name):
        field = self.env["res.partner"]._fields.get(name)
        if field is None or field.company_dependent or name in ("create_uid", "write_uid", "create_date"):
            return False
        is_entered = not field.compute or not field.readonly
        if field.type in X2MANY:
            return is_entered and not field.compute and not field.related and field.store
        return field.type in KINDS and bool(field.column_type) and field.store and is_entered

    @api.model
    @tools.ormcache()
    def _get_config(self):
        """Return ``((name, weight, applies_to), ...)`` of the fields that count."""
        lines = self.sudo().search([("weight", ">", 0)])
        known = self.env["res.partner"]._fields
        return tuple(
            (line.field_id.name, line.weight, line.applies_to)
            for line in lines
            if line.field_id.name in known
        )

    @api.model
    def _get_fields_of(self, is_company):
        """Return ``[(name, weight)]`` of the fields that count for companies or for people."""
        kind = "company" if is_company else "person"
        return [(name, weight) for name, weight, target in self._get_config() if target in ("both", kind)]

    @api.model
    def _build_percent(self, alias):
        """Return the SQL of the completeness of the row ``alias`` of ``res_partner``."""
        company, person = (
            sql_percent(
                [(weight, self._build_is_filled(alias, name)) for name, weight in self._get_fields_of(flag)]
            )
            for flag in (True, False)
        )
        is_company = SQL("%s IS TRUE", SQL.identifier(alias, "is_company"))
        return SQL("CASE WHEN %s THEN %s ELSE %s END", is_company, company, person)

    @api.model
    def _build_is_filled(self, alias, name):
        Partner = self.env["res.partner"]
        field = Partner._fields[name]
        if field.type not in X2MANY:
            kind = "translated" if field.translate else KINDS[field.type]
            return sql_is_filled(SQL.identifier(alias, name), kind)
        # as superuser: how full a record is does not depend on who looks
        comodel = self.env[field.comodel_name].sudo().with_context(active_test=True)
        query = comodel._search(field.get_comodel_domain(Partner))
        own = SQL.identifier(alias, "id")
        if field.type == "one2many":
            query.add_where(SQL("%s = %s", comodel._field_to_sql(query.table, field.inverse_name), own))
        else:
            query.add_where(
                SQL(
                    "%s IN (SELECT %s FROM %s link WHERE link.%s = %s)",
                    SQL.identifier(query.table, "id"),
                    SQL.identifier("link", field.column2),
                    SQL.identifier(field.relation),
                    SQL.identifier(field.column1),
                    own,
                )
            )
        return SQL("EXISTS %s", query.subselect(SQL("1")))

    def _refresh(self):
        self.env.registry.clear_cache()
        cron = self.env.ref("customer_care.ir_cron_completeness", raise_if_not_found=False)
        if cron:
            # sudo: administrators of the archive do not administer jobs
            cron.sudo()._trigger()
