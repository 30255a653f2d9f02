from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CustomerPrivacyAnonymize(models.TransientModel):
    """Erase personal data for good: shows what will change and asks for a typed word."""

    _name = "customer.privacy.anonymize"
    _description = "Erase Personal Data"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    request_id = fields.Many2one("customer.privacy.request", readonly=True)
    with_contacts = fields.Boolean(
        string="With all Contacts", default=True, help="The contacts of a company are erased with it."
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    obstacles = fields.Text(compute="_compute_preview")
    word = fields.Char(string="Word to Type", compute="_compute_preview")
    confirmation = fields.Char(string="Type the Word")

    @api.depends("partner_ids", "with_contacts")
    def _compute_preview(self):
        for wizard in self:
            partners = wizard._get_partners()
            wizard.word = str(len(partners)) + "-" + "-".join(map(str, sorted(partners.ids)[:3]))
            is_allowed = self.env.user.has_group("customer_care.group_care_director")
            wizard.obstacles = "\n".join(partners._care_get_erasure_obstacles()) if is_allowed else False
            wizard.preview = wizard._get_preview(partners) if is_allowed else False

    def _get_partners(self):
        self.ensure_one()
        partners = self.partner_ids._origin
        return partners._care_get_persons(self.with_contacts)

    def _get_preview(self, partners):
        """Return a table of the kinds of records that will be changed."""
        rows = [(self.env["ir.model"]._get("res.partner").name, len(partners), self.env._("Made anonymous"))]
        for name, entry, records in partners.sudo()._care_get_places():
            if not records:
                continue
            if entry.get("delete"):
                what = self.env._("Deleted")
            elif entry.get("erase"):
                names = [
                    records._fields[key]._description_string(self.env)
                    for key in entry["erase"]
                    if key in records._fields
                ]
                what = self.env._("Emptied: %(fields)s", fields=", ".join(names))
            else:
                what = self.env._("Kept without a name")
            rows.append((self.env["ir.model"]._get(name).name, len(records), what))
        return self.env["ir.qweb"]._render("customer_care.customer_privacy_anonymize_preview", {"rows": rows})

    def action_confirm(self):
        """Erase the personal data; directors only.

        :raises AccessError: not a director
        :raises UserError: the word is missing, or something forbids it
        """
        self.ensure_one()
        if not self.env.user.has_group("customer_care.group_care_director"):
            raise AccessError(self.env._("Only a director may erase personal data."))
        if (self.confirmation or "").strip() != self.word:
            raise UserError(self.env._("Please type %(word)s to confirm.", word=self.word))
        partners = self._get_partners()
        partners.check_access("write")
        partners._care_check_erasure()
        request = self.request_id
        if request:
            request.check_access("write")
        partners._care_anonymize()
        if request:
            request.sudo().activity_ids.unlink()
            request.sudo().write(
                {"state": "done", "date_done": fields.Datetime.now(), "done_by_id": self.env.uid}
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
