from lxml.builder import E
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

MAX_INTEGER = 2**31 - 1
WIDGETS = {"many2many": "many2many_tags", "html": "html"}
NO_NEW = "{'no_create': True, 'no_open': True}"


class CustomerComplaintMove(models.TransientModel):
    """What is missing and can be given right in the dialog: any field that a stage asks for.

    The browser gets a small form of the complaint's own fields (``form``) and gives back what was entered
    (``values``), as it would send it for the complaint. Nothing else than what is asked for is taken from there.
    """

    _inherit = "customer.complaint.move"

    empty_names = fields.Char(compute="_compute_needs")
    form = fields.Json(compute="_compute_form")
    values = fields.Json()

    @api.depends("complaint_ids", "stage_id")
    def _compute_needs(self):
        """Say what the stage asks for that can be given in the dialog."""
        result = super()._compute_needs()
        for move in self:
            facts = move.stage_id and move.stage_id._get_facts()[move.stage_id.id]
            # As superuser, as the rules of the move look at them.
            complaints = move.complaint_ids.sudo()
            move.empty_names = ",".join(
                name
                for name in (facts["required"] if facts else ())
                if self._is_fillable(name)
                and any(complaint._is_empty(name, complaint[name]) for complaint in complaints)
            )
        return result

    @api.depends("empty_names")
    def _compute_form(self):
        for move in self:
            names = move._get_empty_names()
            move.form = move._prepare_form(names) if names else False

    @api.model
    def _is_fillable(self, name):
        """Return whether the user may fill in a field of complaints."""
        Complaint = self.env["customer.complaint"]
        field = Complaint._fields.get(name)
        return bool(field) and Complaint._has_field_access(field, "write")

    def _get_empty_names(self):
        return (self.empty_names or "").split(",") if self.empty_names else []

    def _prepare_form(self, names):
        """Return what the browser shows as it shows views: dict of arch, models, and the values to begin with."""
        Complaint = self.env["customer.complaint"]
        labels = self.env["customer.complaint.requirement"]._get_labels()
        group = E.group()
        for name in names:
            field = Complaint._fields[name]
            attributes = {"name": name, "string": labels.get(name) or name}
            if len(self.complaint_ids) == 1 and field.type != "boolean":
                attributes["required"] = "1"
            if field.type in WIDGETS:
                attributes["widget"] = WIDGETS[field.type]
            if field.type in ("many2one", "many2many") and field.comodel_name != "res.partner":
                attributes["options"] = NO_NEW
            group.append(E.field(attributes))
            if field.type == "monetary":
                group.append(E.field({"name": field.get_currency_field(Complaint), "invisible": "1"}))
        # Adds the fields that domains read, and takes away what the user may not see.
        arch, models_read = self.env["ir.ui.view"].postprocess_and_fields(E.form(group), Complaint._name)
        attributes = Complaint._get_view_field_attributes()
        described = {
            model: {"fields": self.env[model].fields_get(sorted(read), attributes)}
            for model, read in models_read.items()
        }
        extra = [name for name in described[Complaint._name]["fields"] if name not in (*names, "id")]
        return {"arch": arch, "models": described, "values": self._get_common_values(extra)}

    def _get_common_values(self, names):
        """Return {name: value for the browser} of the fields in which all complaints are the same."""
        rows = self.complaint_ids.web_read({name: {} for name in names})
        return {
            name: rows[0][name] for name in names if rows and all(row[name] == rows[0][name] for row in rows)
        }

    def _fill_in(self, complaints):
        """Write the values given in the dialog to those complaints that lack them, each with all of its own."""
        given = self._get_given()
        lacking = complaints.grouped(
            lambda complaint: tuple(
                name for name in given if complaint._is_empty(name, complaint.sudo()[name])
            )
        )
        for names, group in lacking.items():
            if names:
                group.write({name: given[name] for name in names})

    def _get_given(self):
        """Return {name: value to write} of what was entered and is asked for.

        :raises UserError: when something cannot be a value of its field
        """
        values = self.values if isinstance(self.values, dict) else {}
        given = {}
        for name in self._get_empty_names():
            value = self._parse_value(self.env["customer.complaint"]._fields[name], values.get(name))
            if not self.env["customer.complaint"]._is_empty(name, value):
                given[name] = value
        return given

    @api.model
    def _parse_value(self, field, value):
        """Return what to write for a value from the browser, falsy for none.

        :raises UserError: when it is none of the field
        """
        if not value:
            return False
        try:
            if field.type == "many2one":
                return self._parse_ids(field, [value["id"] if isinstance(value, dict) else value])[0]
            if field.type == "many2many":
                ids = self._parse_ids(field, [key for item in value for key in self._get_linked_ids(item)])
                return [Command.link(key) for key in ids]
            if field.type == "selection" and value not in field.get_values(self.env):
                raise ValueError(value)
            if field.type == "integer" and abs(int(value)) > MAX_INTEGER:
                raise ValueError(value)
            if field.type in ("char", "text", "html") and not isinstance(value, str):
                raise ValueError(value)
            field.convert_to_cache(value, self.env["customer.complaint"], validate=True)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            labels = self.env["customer.complaint.requirement"]._get_labels()
            text = self.env._(
                "This cannot be entered as %(field)s.", field=labels.get(field.name, field.name)
            )
            raise UserError(text) from error
        return value

    @api.model
    def _get_linked_ids(self, item):
        """Return the ids that an id or a command adds: link, set, or none.

        >>> move._get_linked_ids([4, 7]), move._get_linked_ids([6, 0, [7, 8]]), move._get_linked_ids(7)
        ([7], [7, 8], [7])
        """
        if isinstance(item, int):
            return [item]
        if not isinstance(item, list):
            raise ValueError(item)
        command = item[0]
        if command not in (Command.LINK, Command.SET):
            return []
        return [item[1]] if command == Command.LINK else item[2]

    @api.model
    def _parse_ids(self, field, ids):
        """Return the ids, which must be those of records.

        :raises ValueError: when one is not
        """
        if any(type(key) is not int for key in ids):
            raise ValueError(ids)
        if len(self.env[field.comodel_name].browse(ids).exists()) != len(set(ids)):
            raise ValueError(ids)
        return ids
