import re
import unicodedata
from datetime import date

from odoo import api, fields, models
from odoo.tools import email_normalize, email_normalize_all

TEXT_LENGTH = 250
PHONE = re.compile(r"[0-9+()./ x#;,*-]{3,40}")
# Characters without a meaning in a text of one line, among them the null byte.
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ufffe\uffff\ud800-\udfff]+")
MODELS = ("res.country", "res.country.state", "res.partner.industry")


class CustomerDetailForm(models.AbstractModel):
    """What the page "check your details" shows of a customer, and how the answer is read.

    Values are texts as ``customer.detail.proposal`` keeps them. Everything runs as superuser: customers may
    read none of it by themselves.
    """

    _name = "customer.detail.form"
    _description = "Page to Check Details"

    @api.model
    def _get_lines(self, partner):
        """Return the fields to show: those the administrator chose, of those customers may be asked for.

        A contact is not asked for what is the company's: commercial fields and the shared address.
        """
        Field = self.env["customer.completeness.field"].sudo()
        kinds = ("both", "company" if partner.is_company else "person")
        hidden = set()
        if partner != partner.commercial_partner_id:
            hidden.update(partner._commercial_fields())
            if partner.type == "contact":
                hidden.update(partner._address_fields())
        return Field.search([("is_asked", "=", True), ("applies_to", "in", kinds)]).filtered(
            lambda line: line.field_id.name in Field._get_askable_names() and line.field_id.name not in hidden
        )

    @api.model
    def _get_values(self, partner, request=None):
        """Return ``{name: text}``: the present values, or what the customer proposed already."""
        Proposal = self.env["customer.detail.proposal"].sudo()
        values = {
            line.field_id.name: Proposal._get_raw(partner, line.field_id.name)
            for line in self._get_lines(partner)
        }
        for proposal in request.proposal_ids if request else ():
            if proposal.state == "open" and proposal.field_id.name in values:
                values[proposal.field_id.name] = proposal.new_value or ""
        return values

    @api.model
    def _get_page_fields(self, partner, values):
        """Return what the template draws: dicts with name, label, kind, value, options, hint."""
        result = []
        country = values.get(
            "country_id", self.env["customer.detail.proposal"].sudo()._get_raw(partner, "country_id")
        )
        for line in self._get_lines(partner):
            name = line.field_id.name
            field = partner._fields[name]
            result.append(
                {
                    "name": name,
                    "label": field._description_string(self.env),
                    "kind": self._get_kind(field),
                    "value": values.get(name) or "",
                    "options": self._get_options(field, country),
                    "hint": line.help_text,
                    "is_required": name == "name",
                }
            )
        return result

    @api.model
    def _get_kind(self, field):
        if field.type in ("many2one", "selection"):
            return "select"
        return {"email": "email", "phone": "tel"}.get(field.name, {"date": "date"}.get(field.type, "text"))

    @api.model
    def _get_options(self, field, country=None):
        """Return ``[(text kept, label)]`` of a field with a choice.

        :param country: text of the country whose states alone are offered; without, all are
        """
        if field.type == "selection":
            return [(key, label) for key, label in field._description_selection(self.env) if key]
        if field.type != "many2one" or field.comodel_name not in MODELS:
            return []
        is_limited = country and country.isdecimal() and field.comodel_name == "res.country.state"
        domain = [("country_id", "=", int(country))] if is_limited else []
        records = self.env[field.comodel_name].sudo().search(domain)
        return [(str(record.id), record.display_name) for record in records]

    @api.model
    def _parse(self, partner, post):
        """Read an answer; only the fields shown are looked at.

        :return: ``(values, changes, errors)``: what to show again, ``{name: text}`` of what differs from
            the present values, and messages in the reader's language
        """
        Proposal = self.env["customer.detail.proposal"].sudo()
        values, changes, errors = {}, {}, []
        for line in self._get_lines(partner):
            name = line.field_id.name
            present = Proposal._get_raw(partner, name)
            if name not in post:
                values[name] = present
                continue
            values[name] = text = self._clean(post[name])
            if text == present:
                continue
            field = partner._fields[name]
            text, error = self._check(field, text)
            if error:
                errors.append(error)
            elif text != present:
                values[name] = changes[name] = text
        errors += self._check_state(partner, values, changes) if not errors else []
        return values, changes, errors

    @api.model
    def _clean(self, text):
        return CONTROL.sub(" ", unicodedata.normalize("NFC", str(text or ""))).strip()

    @api.model
    def _check(self, field, text):
        """Return ``(text to keep, message)``; the message says what is wrong with it."""
        label = field._description_string(self.env)
        if not text:
            if field.name != "name":
                return "", None
            return "", self.env._("Please fill in: %(field)s", field=label)
        if len(text) > TEXT_LENGTH:
            return text, self.env._(
                "%(field)s must not be longer than %(count)s letters.", field=label, count=TEXT_LENGTH
            )
        if field.name == "email":
            return self._check_email(text)
        if field.name == "phone":
            text = unicodedata.normalize("NFKC", text)
            good = PHONE.fullmatch(text) and sum(letter.isdecimal() for letter in text) >= 3
            return text, None if good else self.env._("This is not a telephone number: %(text)s", text=text)
        if field.type == "date":
            return self._check_date(text, label)
        if field.type in ("many2one", "selection") and text not in dict(self._get_options(field)):
            return text, self.env._("Please choose one of the listed values: %(field)s", field=label)
        return text, None

    @api.model
    def _check_email(self, text):
        normal = email_normalize(text)
        if not normal or len(email_normalize_all(text)) != 1:
            return text, self.env._("This is not an e-mail address: %(text)s", text=text)
        return normal, None

    @api.model
    def _check_date(self, text, label):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text, self.env._("This is not a date: %(text)s", text=text)
        if not 1900 <= day.year or day > fields.Date.context_today(self):
            return text, self.env._("%(field)s must lie between 1900 and today.", field=label)
        return day.isoformat(), None

    @api.model
    def _check_state(self, partner, values, changes):
        """Return a message when the state is not one of the country."""
        if not {"state_id", "country_id"}.intersection(changes):
            return []
        Proposal = self.env["customer.detail.proposal"].sudo()
        chosen, country = (
            values.get(name, Proposal._get_raw(partner, name)) for name in ("state_id", "country_id")
        )
        if not chosen:
            return []
        state = self.env["res.country.state"].sudo().browse(int(chosen)).exists()
        if country and state.country_id.id == int(country):
            return []
        return [
            self.env._(
                "%(state)s is not in the chosen country.", state=state.name or self.env._("This state")
            )
        ]
