from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

TYPES = ("char", "text", "html", "selection", "many2one", "many2many", "date", "datetime", "float", "monetary",
         "integer", "boolean")  # fmt: skip


class CustomerComplaintRequirement(models.Model):
    """A field of a complaint that a stage can ask for.

    The list is kept apart from the fields themselves: who configures stages may not read those, and most of
    them make no sense as a condition.
    """

    _name = "customer.complaint.requirement"
    _description = "Information Required by Complaint Stages"
    _inherit = "customer.cached.mixin"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    field_name = fields.Char(string="Field", required=True, help="Technical name of the field of complaints.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _field_uniq = models.Constraint("UNIQUE(field_name)", "This field is in the list already.")

    @api.constrains("field_name")
    def _check_field_name(self):
        fields_of_complaint = self.env["customer.complaint"]._fields
        for requirement in self:
            field = fields_of_complaint.get(requirement.field_name)
            if not field or not field.store or field.readonly or field.type not in TYPES:
                raise ValidationError(
                    self.env._("%(name)s is no field that can be filled in.", name=requirement.field_name)
                )

    @api.model
    def _get_labels(self):
        """Return {name of the field: label in the reader's language}."""
        requirements = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        return {requirement.field_name: requirement.name for requirement in requirements}
