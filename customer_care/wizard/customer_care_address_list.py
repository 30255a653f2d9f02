from odoo import fields, models
from odoo.tools import split_every

ADDRESS_FIELDS = ("street", "street2", "zip", "city")
ROWS_AT_ONCE = 1000


class CustomerCareAddressList(models.TransientModel):
    """Postal addresses of those who get letters, cards and gifts, as a workbook for labels and mail merge."""

    _name = "customer.care.address.list"
    _description = "Address List"
    _inherit = ["customer.xlsx.mixin"]

    greeting_ids = fields.Many2many("customer.care.greeting", required=True)

    def _check_export(self):
        result = super()._check_export()
        self.greeting_ids.check_access("read")
        return result

    def _get_xlsx_name(self):
        return self.env._("Address List")

    def _write_xlsx(self, book):
        sheet = book.add_sheet(self._get_xlsx_name())
        partners = self.env["res.partner"].fields_get([*ADDRESS_FIELDS, "state_id", "country_id"], ["string"])
        greetings = self.env["customer.care.greeting"].fields_get(["date", "user_id", "note"], ["string"])
        sheet.write_head(
            [
                self.env._("Recipient"),
                self.env._("Company"),
                *(field["string"] for field in partners.values()),
                self.env._("Address as Printed"),
                self.env._("Language"),
                self.env._("Occasion"),
                *(field["string"] for field in greetings.values()),
            ]
        )
        sheet.worksheet.freeze_panes(sheet.row, 0)
        for ids in split_every(ROWS_AT_ONCE, self.greeting_ids.sorted(lambda row: (row.date, row.id)).ids):
            for greeting in self.greeting_ids.browse(ids):
                sheet.write_row(self._get_row(greeting))
            self.env.invalidate_all()

    def _get_row(self, greeting):
        """Return one row; state, country and the order of the lines are those of the customer's own language."""
        # sudo: the parts of an address only, of a customer whose greeting the reader may read
        partner = greeting.partner_id.sudo()
        lang = partner.lang or self.env.lang
        local = partner.with_context(lang=lang)
        company = (
            partner.commercial_partner_id if partner.commercial_partner_id != partner else partner.browse()
        )
        return [
            partner.name,
            company.name or partner.company_name,
            *(partner[name] for name in ADDRESS_FIELDS),
            local.state_id.name,
            local.country_id.name,
            "\n".join(
                line for line in local._display_address(without_company=True).splitlines() if line.strip()
            ),
            dict(self.env["res.lang"].get_installed()).get(lang, lang),
            greeting.with_context(lang=lang)._get_title(),
            greeting.date,
            greeting.user_id.sudo().name,
            greeting.note,
        ]
