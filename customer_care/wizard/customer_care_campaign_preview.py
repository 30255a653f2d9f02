from odoo import api, fields, models
from odoo.fields import Domain


class CustomerCareCampaignPreview(models.TransientModel):
    """The invitation as one customer would get it, in his language; nothing is sent."""

    _name = "customer.care.campaign.preview"
    _description = "Preview of the Invitation"

    campaign_id = fields.Many2one("customer.care.campaign", required=True, ondelete="cascade")
    participant_id = fields.Many2one(
        "customer.care.campaign.participant",
        domain="[('campaign_id', '=', campaign_id)]",
        compute="_compute_participant_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    subject = fields.Char(compute="_compute_mail")
    email = fields.Char(string="To", related="participant_id.email", related_sudo=False)
    lang = fields.Char(string="Language", compute="_compute_mail")
    body = fields.Html(compute="_compute_mail", sanitize=False)
    reasons = fields.Text(string="Would Not Be Sent Now", compute="_compute_mail")

    @api.depends("campaign_id")
    def _compute_participant_id(self):
        Participant = self.env["customer.care.campaign.participant"]
        for wizard in self:
            domain = Domain("campaign_id", "=", wizard.campaign_id.id)
            wizard.participant_id = Participant.search(domain, limit=1, order="id")

    @api.depends("participant_id")
    def _compute_mail(self):
        langs = dict(self.env["res.lang"].get_installed())
        for wizard in self:
            one = wizard.participant_id
            wizard.subject = wizard.body = wizard.lang = wizard.reasons = False
            if not one:
                continue
            # the template is read as superuser, by who may read the participant
            one.check_access("read")
            one = one.sudo()
            template = one.campaign_id._get_mail_template("invitation")
            values = template._generate_template([one.id], ("subject", "body_html"))[one.id]
            wizard.subject = values["subject"]
            # no working link in a preview: whoever looks at it could answer for the customer
            wizard.body = str(values["body_html"] or "").replace(one.token or "-", "…")
            wizard.lang = langs.get(one._get_addressee().lang)
            wizard.reasons = "\n".join(one._get_obstacles()[one.id]) or False
