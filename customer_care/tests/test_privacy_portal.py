from lxml import html
from odoo.tests import HttpCase, tagged

from .common import CareCommon

PAGE = "/my/care/privacy"


@tagged("post_install", "-at_install")
class TestPrivacyPortal(CareCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.me = self.portal.partner_id
        self.authenticate("test_care_portal", "test_care_portal")

    def _post(self, path, **data):
        page = html.fromstring(self.url_open(PAGE).text)
        token = page.xpath("//input[@name='csrf_token']/@value")[0]
        response = self.url_open(f"{PAGE}/{path}", data={"csrf_token": token, **data})
        self.env.invalidate_all()
        return response

    def _get_states(self, partner):
        return (
            self.env["customer.consent"]
            .search([("partner_id", "in", partner.ids)], order="id")
            .mapped("state")
        )

    def test_portal_changes_own_consent(self):
        """Agreeing and taking it back are one click each, noted with the source."""
        self.assertIn("News and Offers", self.url_open(PAGE).text)
        self.assertEqual(self._post("consent", purpose="marketing", decision="yes").status_code, 200)
        self._post("consent", purpose="marketing", decision="no")
        self._post("consent", purpose="marketing", decision="no")
        self._post("consent", purpose="callback", decision="no")
        self.assertEqual(self._get_states(self.me), ["given", "withdrawn", "refused"])
        consents = self.env["customer.consent"].search([("partner_id", "=", self.me.id)])
        self.assertEqual(set(consents.mapped("source")), {"portal"})
        self.assertEqual(consents.user_id, self.portal)

    def test_portal_acts_for_oneself_alone(self):
        """A portal user of a company decides for the own contact, whatever the form says."""
        self.me.parent_id = self.customer
        self._post("consent", purpose="marketing", decision="yes", partner_id=self.contact.id)
        self._post("contact", do_not_call="yes", partner_id=self.customer.id)
        self.assertEqual(self._get_states(self.me), ["given"])
        self.assertFalse(self._get_states(self.customer | self.contact))
        self.assertTrue(self.me.care_do_not_call)
        self.assertFalse(self.customer.care_do_not_call)
        self._post("contact", do_not_call="no")
        self.assertFalse(self.me.care_do_not_call)

    def test_portal_asks_for_own_data_once(self):
        """A request is registered with its proof of identity; the same is not asked twice."""
        self.assertEqual(self._post("request", kind="access", description="All").status_code, 200)
        request = self.env["customer.privacy.request"].search([("partner_id", "=", self.me.id)])
        self.assertEqual((request.kind, request.description), ("access", "All"))
        self.assertTrue(request.is_from_portal)
        self.assertTrue(request.identity_method)
        self.assertEqual(self._post("request", kind="access").status_code, 422)
        self.assertEqual(self._post("request", kind="nonsense").status_code, 422)
        self.assertEqual(self._post("consent", purpose="nonsense", decision="yes").status_code, 422)

    def test_portal_downloads_the_own_copy_once_answered(self):
        """The copy is handed out when the request is done, to the customer it is about and nobody else."""
        self._post("request", kind="access")
        request = self.env["customer.privacy.request"].search([("partner_id", "=", self.me.id)])
        request.action_export()
        url = f"{PAGE}/download/{request.id}"
        self.assertNotEqual(self.url_open(url).headers["Content-Type"], "application/zip")
        request.answer = "Here."
        request.action_done()
        response = self.url_open(url)
        self.assertEqual(response.headers["Content-Type"], "application/zip")
        self.assertEqual(response.content[:2], b"PK")
        self.assertNotEqual(
            self.url_open(f"/web/content/{request.export_attachment_id.id}").content[:2], b"PK"
        )
        foreign = self.env["customer.privacy.request"].create(
            {"partner_id": self.customer.id, "identity_method": "x", "answer": "x"}
        )
        foreign.action_export()
        foreign.action_done()
        self.assertNotEqual(self.url_open(f"{PAGE}/download/{foreign.id}").content[:2], b"PK")

    def test_portal_needs_a_login_and_a_token(self):
        """Without login the page asks for it; without a token nothing is changed."""
        self.assertEqual(
            self.url_open(f"{PAGE}/consent", data={"purpose": "marketing", "decision": "yes"}).status_code,
            400,
        )
        self.assertFalse(self._get_states(self.me))
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(PAGE).url)

    def test_portal_request_finds_somebody(self):
        """A request of a customer without a responsible goes to a manager, else to who acts for the customer."""
        self._post("request", kind="access")
        request = self.env["customer.privacy.request"].search([("partner_id", "=", self.me.id)])
        self.assertTrue(request.user_id.has_group("customer_care.group_care_manager"))
        self.assertEqual(request.activity_ids.user_id, request.user_id)
        self.me.care_team_id = self._create_team(user_id=self.supervisor.id)
        self._post("request", kind="correct")
        request = self.env["customer.privacy.request"].search(
            [("partner_id", "=", self.me.id), ("kind", "=", "correct")]
        )
        self.assertEqual(request.user_id, self.supervisor)
        self.assertEqual(request.activity_ids.user_id, self.supervisor)

    def test_portal_do_not_call_is_in_the_timeline(self):
        """Switching the wish on and off is noted once each, with who did it."""
        for answer in ("yes", "yes", "no"):
            self._post("contact", do_not_call=answer)
        events = self.env["customer.care.event"].search([("partner_id", "=", self.me.id)], order="id")
        self.assertEqual(events.mapped("kind"), ["do_not_call_set", "do_not_call_lifted"])
        self.assertEqual(events.user_id, self.portal)
