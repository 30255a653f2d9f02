from datetime import timedelta

from odoo import fields

from .common import CareCommon


class CampaignCommon(CareCommon):
    """Campaigns and invited customers who may get mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Campaign = cls.env["customer.care.campaign"]
        cls.Participant = cls.env["customer.care.campaign.participant"]
        cls.now = fields.Datetime.now().replace(microsecond=0)
        # all may be written to, unless a test says otherwise
        cls.purpose = cls.env["customer.consent.purpose"].create(
            {"name": "Events", "code": "test_events", "is_opt_in": False}
        )
        cls.customer.write({"email": "info@wind.test", "is_company": True})
        cls.contact.email = "ada@wind.test"
        cls.other = cls._create_customer("Sun Ltd", email="hello@sun.test", is_company=True)

    @classmethod
    def _create_campaign(cls, user=None, **vals):
        model = cls.Campaign.with_user(user or cls.manager)
        return model.create(
            {
                "name": "Customer Day",
                "date_begin": cls.now + timedelta(days=20),
                "date_end": cls.now + timedelta(days=20, hours=4),
                "date_tz": "UTC",
                "purpose_id": cls.purpose.id,
                **vals,
            }
        )

    @classmethod
    def _invite(cls, campaign, *partners):
        """Put customers on the list, open the invitations and send them; return the participants."""
        people = campaign._add_partners(cls.env["res.partner"].union(*partners))
        campaign.action_open_invitations()
        cls._send()
        return people

    @classmethod
    def _send(cls):
        """Send all that waits, as the scheduled job does."""
        while batch := cls.Participant.sudo()._take_batch():
            batch._send_due()

    def _get_mails(self, people):
        """Return the mails to participants, the oldest first."""
        domain = [("model", "=", people._name), ("res_id", "in", people.ids)]
        return self.env["mail.mail"].sudo().search(domain, order="id")

    @classmethod
    def _let_pass(cls, campaign, **delta):
        """Move a campaign into the past."""
        begin = cls.now - timedelta(**delta)
        campaign.sudo().write({"date_deadline": False})
        campaign.sudo().write({"date_begin": begin, "date_end": begin + timedelta(hours=4)})
