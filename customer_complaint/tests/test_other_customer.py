from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestOtherCustomer(ComplaintCommon):
    """A complaint was noted for the wrong customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)
        cls.other = cls.env["res.partner"].create({"name": "Other", "email": "other@other.example"})
        cls.complaint.with_user(cls.handler).message_post(
            body="We look into it", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=cls.customer.ids,
        )  # fmt: skip

    def test_wrong_customer_learns_nothing_more(self):
        """He follows no longer, and neither his link nor his tracking code opens what is another's."""
        complaint = self.complaint
        self.assertIn(self.customer, complaint.message_partner_ids)
        token, code = complaint.access_token, complaint._get_tracking_code()
        complaint.with_user(self.handler).partner_id = self.other
        self.assertNotIn(self.customer, complaint.message_partner_ids)
        self.assertTrue(complaint.access_token)
        self.assertNotEqual(complaint.access_token, token)
        self.assertFalse(complaint._find_by_tracking(complaint.number, code))
        self.assertEqual(
            complaint._find_by_tracking(complaint.number, complaint._get_tracking_code()), complaint
        )
        message = complaint.with_user(self.handler).message_post(
            body="The pump of the other one", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=self.other.ids,
        )  # fmt: skip
        self.assertNotIn(self.customer, message.sudo().notified_partner_ids)

    def test_customer_taken_away(self):
        complaint = self.complaint
        token = complaint.access_token
        complaint.with_user(self.handler).partner_id = False
        self.assertNotIn(self.customer, complaint.message_partner_ids)
        self.assertNotEqual(complaint.access_token, token)

    def test_links_of_the_right_customer_hold(self):
        """A customer who becomes known, and a colleague of the same company, keep what was sent."""
        unknown = self._create_complaint(partner_id=False, email_from="lin.wei@customer.example")
        token = unknown.access_token
        unknown.partner_id = self.customer
        self.assertEqual(unknown.access_token, token)
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        contact, colleague = self.env["res.partner"].create(
            [{"name": name, "parent_id": firm.id, "email": f"{name}@firm.example"} for name in ("one", "two")]
        )
        complaint = self._create_complaint(partner_id=contact.id)
        complaint.message_subscribe(contact.ids)
        token = complaint.access_token
        complaint.partner_id = colleague
        self.assertEqual(complaint.access_token, token)
        self.assertIn(contact, complaint.message_partner_ids)
