from odoo import api, models, tools


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    def _has_field_access(self, field, operation):
        """Look up groups once for each user and kind of field: a list asks for each field of each row."""
        groups = field.groups
        if not groups or self.env.su:
            return True
        if "." not in groups[1:] or "base.group_no_one" in groups:
            # nobody may, or it depends on the debug mode of the request
            return super()._has_field_access(field, operation)
        return self._is_in_groups(groups)

    @api.model
    @tools.ormcache("self.env.uid", "groups")
    def _is_in_groups(self, groups):
        """Whether the user is in one of ``groups``, written as those of a field; forgotten when groups change."""
        return self.env.user.has_groups(groups)
