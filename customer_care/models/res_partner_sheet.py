from odoo import fields, models
from odoo.tools.misc import format_date

# What the printed status sheet shows, in this order: fields of the customer; those of addons may be missing.
SECTIONS = {
    "customer": (
        "care_nature", "care_source_id", "care_referrer_id", "industry_id", "care_main_business", "care_staff_count",
        "care_operating_condition", "phone", "email", "website", "care_user_id", "care_team_id",
    ),
    "dealings": (
        "care_highest_purchase", "care_monthly_purchase", "care_first_purchase_date", "care_last_purchase_date",
        "care_payer_id", "care_payment_attitude", "care_payment_means",
    ),
    "preferences": (
        "care_preferred_channel_id", "care_preferred_time", "care_preferred_frequency", "care_do_not_call",
    ),
    "rating": (
        "care_grade_id", "care_score", "care_lifecycle_stage_id", "care_potential", "care_assessment_score",
        "care_completeness", "care_verified_date",
    ),
}  # fmt: skip
FINANCE = (
    "credit_standing", "credit_limit_own", "cash_flow", "loan_amount", "registered_capital", "yearly_turnover",
    "yearly_profit", "total_assets", "total_debt", "debt_ratio", "bank_note", "loan_note", "collateral_note",
    "cash_flow_note", "payment_record", "note",
)  # fmt: skip
COLUMNS = 2


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _care_sheet_lang(self):
        """Return the language of the printed sheet: the customer's, else the company's, else the reader's."""
        self.ensure_one()
        return self.commercial_partner_id.lang or self.env.company.partner_id.lang or self.env.lang

    def _care_get_sheet(self):
        """Return what the printed status sheet of the customer shows, as far as the reader may see it.

        :return: dict with ``date``, ``sections`` (``title``, ``rows`` of (label, text) pairs) and ``tables``
            (``title``, ``head``, ``rows``)
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        titles = {
            "customer": self.env._("Customer"),
            "dealings": self.env._("Dealings with Us"),
            "preferences": self.env._("Preferences"),
            "rating": self.env._("Rating"),
        }
        sections = [
            {"title": titles[key], "rows": self._care_sheet_rows(customer, names)}
            for key, names in SECTIONS.items()
        ]
        if self.env.user.has_group("customer_care.group_care_finance"):
            finance = self.env["customer.finance"].search([("partner_id", "=", customer.id)])
            if finance:
                title = self.env._("Finance (confidential)")
                sections.append({"title": title, "rows": self._care_sheet_rows(finance, FINANCE)})
        tables = [customer._care_sheet_people(), customer._care_sheet_needs(), customer._care_sheet_days()]
        return {
            "date": fields.Date.context_today(self),
            "sections": sections,
            "tables": [table for table in tables if table["rows"]],
        }

    def _care_sheet_rows(self, record, names):
        known = [
            name
            for name in names
            if name in record._fields and record._has_field_access(record._fields[name], "read")
        ]
        labels = record.fields_get(known, ["string"])
        cells = [(labels[name]["string"], self._care_sheet_text(record, name)) for name in known]
        cells += [("", "")] * (-len(cells) % COLUMNS)
        return [cells[start : start + COLUMNS] for start in range(0, len(cells), COLUMNS)]

    def _care_sheet_text(self, record, name):
        """Return the value of a field as the reader of the sheet writes it; empty when there is none."""
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if not value:
            return ""
        if field.type == "many2one":
            return value.display_name
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "monetary":
            return record[field.get_currency_field(record)].format(value)
        return f"{value:g}" if field.type == "float" else str(value)

    def _care_sheet_people(self):
        people = self.child_ids.filtered(lambda partner: not partner.is_company and partner.type == "contact")
        return self._care_sheet_table(
            self.env._("Contacts"),
            people or (self if not self.is_company else people),
            ("name", "function", "phone", "email", "care_birthday", "care_lunar_birthday"),
        )

    def _care_sheet_needs(self):
        needs = self.env["customer.need"].search([("commercial_partner_id", "=", self.id)], limit=50)
        return self._care_sheet_table(
            self.env._("Needs and Preferences"),
            needs,
            ("name", "category_id", "date", "priority", "state", "user_id"),
        )

    def _care_sheet_days(self):
        days = self.env["customer.anniversary"].search([("commercial_partner_id", "=", self.id)], limit=50)
        return self._care_sheet_table(
            self.env._("Anniversaries"),
            days,
            ("name", "kind", "partner_id", "date", "lunar_text", "next_date"),
        )

    def _care_sheet_table(self, title, records, names):
        labels = records.fields_get(names, ["string"])
        return {
            "title": title,
            "head": [labels[name]["string"] for name in names],
            "rows": [[self._care_sheet_text(record, name) for name in names] for record in records],
        }
