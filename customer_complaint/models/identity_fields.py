"""Fields that tell who complained: empty for those from whom the identity of the complainant is hidden.

They are masked where all ways of reading meet: what the program reads in a user's name (``read``, exports, reports,
templates, computations), and what the database is asked for in his name (filters, groups, orders, figures). The
cache holds the true values, and the superuser sees them.

A model that has such fields is ``customer.complaint``, inherits ``complaint.identity.mixin``, or only has
fields related to masked ones; it has ``complaint_id``.
"""

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

COMPLAINT = "customer.complaint"


def hides(record):
    """Return whether the identity is hidden from the user of ``record`` (singleton)."""
    complaint = record if record._name == COMPLAINT else record._origin.sudo().complaint_id
    return complaint.with_env(record.env)._hides_identity()


def masks(model):
    """Return whether identities may be hidden from the user of ``model``."""
    return not (model.env.su or model.env[COMPLAINT]._sees_identities())


def get_seen_sql(model, alias):
    """Return the condition that the user of ``model`` sees the identity of the rows of ``alias``."""
    complaints = model.env[COMPLAINT]
    if model._name == COMPLAINT:
        return complaints._get_identity_sql(alias)
    hidden = complaints.sudo()._search(complaints._get_hidden_identity_domain())
    return SQL("%s NOT IN %s", SQL.identifier(alias, "complaint_id"), hidden.subselect())


class Masked:
    """Mixed into the class of a field."""

    def __get__(self, record, owner=None):
        value = super().__get__(record, owner)
        if record is None or not value or record.env.su or not masks(record):
            return value
        if len(record._ids) == 1:
            return self.convert_to_record(None, record) if hides(record) else value
        return super().__get__(record.filtered(lambda one: not hides(one)), owner)

    def to_sql(self, model, alias):
        sql = super().to_sql(model, alias)
        if not masks(model):
            return sql
        return SQL("(CASE WHEN %s THEN %s END)", get_seen_sql(model, alias), sql)

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        if operator not in ("in", "any") or not masks(model) or not self.column_type:
            return super().condition_to_sql(field_expr, operator, value, model, alias, query)
        if operator == "any" and isinstance(value, Domain):
            value = model.env[self.comodel_name]._search(
                value, active_test=False, bypass_access=self.bypass_search_access
            )
        masked = super().condition_to_sql(field_expr, operator, value, model, alias, query)
        if operator == "in" and False in value:
            return masked
        # what is true of the masked value is true of the stored one, for which there may be an index
        stored = super().condition_to_sql(field_expr, operator, value, model.sudo(), alias, query)
        return SQL("(%s AND %s)", stored, masked)


class Char(Masked, fields.Char):
    pass


class Text(Masked, fields.Text):
    pass


class Html(Masked, fields.Html):
    pass


class Image(Masked, fields.Image):
    pass


class Reference(Masked, fields.Reference):
    pass


class Many2oneReference(Masked, fields.Many2oneReference):
    pass


class Many2one(Masked, fields.Many2one):
    pass


class Many2many(Masked, fields.Many2many):
    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        sql = super().condition_to_sql(field_expr, operator, value, model, alias, query)
        return SQL("(%s AND %s)", sql, get_seen_sql(model, alias)) if masks(model) else sql


class SearchMaskedOne2many(fields.One2many):
    """Rows that have rules of their own, but are searched without them: nothing is found by hidden identities."""

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        sql = super().condition_to_sql(field_expr, operator, value, model, alias, query)
        return SQL("(%s AND %s)", sql, get_seen_sql(model, alias)) if masks(model) else sql
