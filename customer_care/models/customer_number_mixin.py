from odoo import api, models
from odoo.exceptions import ValidationError

DECIMALS = ("float", "monetary")
LARGEST_INTEGER = 2**31 - 1
ENDLESS = 1e300


class CustomerNumberMixin(models.AbstractModel):
    """Numbers that no column can keep are refused with words: not a number, without end, or too large.

    A client's JSON carries all of them. What is too much or too little for a field is said by a constraint of its
    model.
    """

    _name = "customer.number.mixin"
    _description = "Numbers that can be Kept"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_numbers(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_numbers(vals)
        return super().write(vals)

    @api.model
    def _check_numbers(self, vals):
        """:raises ValidationError: naming the field whose value is no number, or none that can be kept"""
        for name, value in vals.items():
            if not isinstance(value, (int, float)) or abs(value) <= LARGEST_INTEGER:
                continue
            field = self._fields.get(name)
            # what is not a number is not smaller than any
            is_endless = not abs(value) < ENDLESS
            if field and (field.type == "integer" or (is_endless and field.type in DECIMALS)):
                label = field._description_string(self.env)
                raise ValidationError(self.env._("The number is out of range: %(field)s", field=label))
