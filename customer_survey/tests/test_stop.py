from lxml import html
from odoo.tests import HttpCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestStop(SurveyKit, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.answer = cls._send()
        cls.purpose = cls.env.ref("customer_survey.customer_consent_purpose_survey")

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.path = f"/survey/stop/{self.contact._care_get_stop_key()}"

    def _get_decisions(self):
        self.env.invalidate_all()
        return self.env["customer.consent"].search([("partner_id", "=", self.contact.id)]).mapped("state")

    def test_mail_tells_the_way_out(self):
        """The mail has the link in its footer and in the headers, whatever the template says."""
        mail = self._get_mails(self.answer)
        self.assertIn(self.path, mail.body_html)
        self.assertIn(self.path, mail.headers)
        self.assertIn("One-Click", mail.headers)
        self.assertEqual(mail.reply_to, self.company.email_formatted)

    def test_looking_decides_nothing(self):
        """A program that opens the links of mails withdraws for nobody."""
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Do not ask me again", page.text)
        self.assertFalse(self._get_decisions())

    def test_withdraw_and_undo(self):
        """The button withdraws, once; the next one gives it back; no more surveys in between."""
        form = html.fromstring(self.url_open(self.path).text).xpath("//form[@method='post']")[0]
        self.url_open(form.get("action"), data={"go": "1"})
        page = self.url_open(form.get("action"), data={"go": "1"})
        self.assertEqual(self._get_decisions(), ["withdrawn"])
        self.assertFalse(self._send(cause="2"))
        self.assertEqual(self._get_requests(outcome="do_not_contact").partner_id, self.contact)
        self.assertIn("ask me again", page.text)
        page = self.url_open(self.path, data={"wanted": "1"})
        self.assertIn("Thank you", page.text)
        self.assertTrue(self._send(cause="3"))

    def test_one_click(self):
        """A mail program unsubscribes with one request, without cookies and tokens of a page."""
        self.assertEqual(self.url_open(self.path, data={"List-Unsubscribe": "One-Click"}).status_code, 200)
        self.assertEqual(self._get_decisions(), ["withdrawn"])
        self.assertEqual(self.env["customer.consent"].search([], limit=1).source, "web")

    def test_wrong_keys(self):
        """Forged, cut and other keys lead to a kind page and change nothing."""
        key = self.contact._care_get_stop_key()
        for wrong in (key[:-1], key[:20], "x", "%00", "äöü", "a" * 3000, key + "x", key.swapcase()):
            for data in (None, {"go": "1"}):
                with self.subTest(wrong=wrong[:30], data=data):
                    page = self.url_open(f"/survey/stop/{wrong}", data=data)
                    self.assertEqual(page.status_code, 404)
        self.assertFalse(self._get_decisions())

    def test_customer_is_gone(self):
        """The link of a customer who was deleted leads to the kind page."""
        partner = self._create_partner("Gone")
        path = f"/survey/stop/{partner._care_get_stop_key()}"
        partner.unlink()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_without_purpose(self):
        """Where the purpose was archived, nobody is told that something was recorded."""
        self.purpose.active = False
        self.assertEqual(self.url_open(self.path, data={"go": "1"}).status_code, 404)

    def test_language_of_customer(self):
        """The page speaks the customer's language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.contact.lang = "zh_CN"
        page = html.fromstring(self.url_open(self.path).text)
        active = page.xpath("//a[contains(@class, 'js_change_lang active')]/@data-url_code")
        self.assertEqual(active, ["zh_CN"])

    def test_short_link(self):
        """The short link leads to the questions of its customer; a wrong one to a kind page."""
        url = self.answer._care_get_short_url().removeprefix(self.answer.get_base_url())
        self.assertLess(len(url), 24)
        page = self.url_open(url)
        self.assertIn(self.answer.access_token, page.url)
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self.answer.state, "new")
        for wrong in (
            url[:-1],
            url[:-1] + "z",
            "/q/1-aaaaaaaaaaaa",
            "/q/x",
            "/q/zzzzzz-aaaaaaaaaaaa",
            "/q/%00",
        ):
            with self.subTest(wrong=wrong):
                self.assertEqual(self.url_open(wrong).status_code, 404)

    def test_short_stop_link(self):
        """The short link of text messages leads to the same page, and decides nothing; a wrong one to a kind page."""
        url = self.contact._care_get_short_stop_url().removeprefix(self.contact.get_base_url())
        self.assertLess(len(url), 28)
        page = self.url_open(url)
        self.assertIn(self.path, page.url)
        self.assertIn("Do not ask me again", page.text)
        self.assertFalse(self._get_decisions())
        code = url.removeprefix("/q/no/")
        number, secret = code.split("-")
        other = self.customer._care_get_short_stop_url().split("/")[-1].split("-")[0]
        for wrong in (
            code[:-1],
            f"{number}-{secret[::-1]}",
            f"{other}-{secret}",
            "0-aaaaaaaaaaaa",
            "x",
            "%00",
        ):
            with self.subTest(wrong=wrong):
                self.assertEqual(self.url_open(f"/q/no/{wrong}").status_code, 404)
        self.assertFalse(self.env["survey.user_input"]._care_find_by_code(code), "nobody answers by it")
