from odoo import api, fields, models


class CustomerComplaintSign(models.TransientModel):
    """Read back to the customer what was registered and take his signature."""

    _name = "customer.complaint.sign"
    _description = "Read Back and Sign"
    _inherit = "customer.complaint.read.mixin"

    registered = fields.Html(compute="_compute_registered", sanitize=False)
    signed_by = fields.Char(
        required=True, compute="_compute_signed_by", store=True, readonly=False, precompute=True
    )
    signature = fields.Image(max_width=1024, max_height=1024)
    document = fields.Binary("Signed Paper", help="A scan or photo of the printed and signed registration.")

    @api.model
    def _get_digest(self, complaint):
        return complaint._get_signed_digest()

    @api.depends("complaint_id")
    def _compute_registered(self):
        # what is read back is collected as superuser
        self.complaint_id.check_access("read")
        for wizard in self:
            complaint = wizard.complaint_id
            wizard.registered = complaint._render_registered() if complaint else False

    @api.depends("complaint_id")
    def _compute_signed_by(self):
        for wizard in self:
            complaint = wizard.complaint_id
            wizard.signed_by = wizard.signed_by or complaint.partner_id.name or complaint.contact_name

    def action_confirm(self):
        """Keep the signature; rights are those of the user on the complaint."""
        self.ensure_one()
        self.complaint_id.check_access("write")
        files = self._read_document()
        self.complaint_id._sign(self.signed_by, self.signature, files, self.digest or None)
        return {"type": "ir.actions.act_window_close"}

    def action_print(self):
        """Print the registration, to be signed on paper."""
        self.ensure_one()
        self.complaint_id.check_access("read")
        report = self.env.ref("customer_complaint.customer_complaint_report_registration")
        return report.report_action(self.complaint_id)
