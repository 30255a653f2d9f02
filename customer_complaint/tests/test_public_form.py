import threading
from datetime import timedelta
from unittest.mock import patch

from lxml import html
from odoo import fields, sql_db
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers import portal_answer, public

MAIL = "visitor@customer.test"


class PublicFormCommon(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint = cls.env["customer.complaint"]
        cls.team = cls.env["customer.complaint.team"].create({"name": "Shop", "has_web_form": True})
        cls.known = cls.env["res.partner"].create({"name": "Known Person", "email": "known@customer.test"})
        cls.portal = new_test_user(
            cls.env, "complaint_web_portal", groups="base.group_portal", email="web@customer.test"
        )
        cls.url = f"/complaint/{cls.team.web_key}"

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.before = self.Complaint.search([])

    def _made(self):
        self.env.invalidate_all()
        return self.Complaint.search([], order="id") - self.before

    def _fields(self, url=None):
        page = html.fromstring(self.url_open(url or self.url).text)
        return {
            field.get("name"): field.get("value") or ""
            for field in page.xpath("//form[contains(@class, 'o_complaint_form')]//input[@type='hidden']")
        }

    def _send(self, url=None, files=None, **data):
        values = {
            **self._fields(url),
            "name": "Broken cup",
            "description": "It broke <script>alert(1)</script>",
            "kind": "complaint",
            "contact_name": "Ann",
            "email": MAIL,
            "phone": "",
            **data,
        }
        return self.url_open(
            url or self.url, data=values, files=files or {"files": ("", b"")}, allow_redirects=False
        )


@tagged("post_install", "-at_install")
class TestPublicForm(PublicFormCommon):
    def test_form_makes_complaint(self):
        """A visitor's complaint is registered for the team, acknowledged by mail and can be followed at once."""
        response = self._send(files=[("files", ("a.txt", b"hello", "text/plain"))])
        self.assertEqual(response.status_code, 303)
        complaint = self._made()
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "Broken cup",
                    "channel": "web",
                    "team_id": self.team.id,
                    "company_id": self.team.company_id.id,
                    "partner_id": False,
                    "probable_partner_id": False,
                    "contact_name": "Ann",
                    "email_normalized": MAIL,
                    "acknowledge_state": "sent",
                }
            ],
        )
        self.assertNotIn("<script", complaint.description)
        self.assertEqual(complaint.message_ids.attachment_ids.raw, b"hello")
        self.assertFalse(self.env["res.partner"].search([("email_normalized", "=", MAIL)]))
        page = self.url_open(response.headers["Location"])
        self.assertEqual(page.status_code, 200)
        self.assertIn(complaint.number, page.text)
        self.assertIn(complaint._get_tracking_code(), page.text)

    def test_sent_twice_is_registered_once(self):
        """A page sent twice makes one complaint and leads to it both times; with another text it is another one."""
        for url, status in ((self.url, 303), (f"{self.url}/embed", 200)):
            hidden = self._fields(url)
            before = self._made()
            with patch.object(public, "MAIL_PER_HOUR", 2):
                for _attempt in range(3):
                    files = [("files", ("a.txt", b"hello", "text/plain"))]
                    response = self._send(url, files=files, **hidden)
                    self.assertEqual(response.status_code, status)
                made = self._made() - before
                self.assertEqual(len(made), 1)
                self.assertEqual(len(made.message_ids.attachment_ids), 1)
                self.assertIn(made.number, self.url_open(made.get_portal_url()).text)
            self._send(url, **hidden, description="Something else")
            self._send(url, files=[("files", ("a.txt", b"other", "text/plain"))], **hidden)
            self.assertEqual(len(self._made() - before), 3)
            self.env["customer.complaint.intake"].search([]).unlink()
        for token in ("", "x" * 32, "0" * 31, "é" * 32):
            count = len(self._made())
            self._send(form_token=token)
            self._send(form_token=token)
            self.assertEqual(len(self._made()), count + 2, token)
            self.env["customer.complaint.intake"].search([]).unlink()

    def test_known_address_shows_nothing(self):
        """Whose address it is, staff are told and the visitor is not: same answer, no name on the page."""
        answers = []
        for email in ("known@customer.test", "nobody@customer.test"):
            response = self._send(email=email)
            page = self.url_open(response.headers["Location"])
            self.assertNotIn("Known Person", page.text)
            answers.append((response.status_code, page.status_code, page.text.count("alert")))
        self.assertEqual(answers[0], answers[1])
        known, unknown = self._made()
        self.assertFalse((known | unknown).partner_id)
        self.assertEqual(known.probable_partner_id, self.known)
        self.assertFalse(unknown.probable_partner_id)
        known.action_confirm_customer()
        self.assertEqual(known.partner_id, self.known)
        self.assertFalse(known.probable_partner_id)

    def test_visitor_writes_again(self):
        """Who is no contact of ours writes and sends files by the page his link opens, nobody else does."""
        self._send()
        complaint = self._made()
        page = html.fromstring(self.url_open(complaint.get_portal_url()).text)
        form = page.xpath("//form[@id='complaint_message']")[0]
        data = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")}
        count = len(complaint.message_ids)

        def send(files=None, **values):
            return self.url_open(
                form.get("action"),
                data={**data, **values},
                files=files or {"files": ("", b"")},
                allow_redirects=False,
            )

        self.assertEqual(send(comment=" ").status_code, 422)
        self.assertEqual(send(comment="x" * 20001).status_code, 422)
        self.assertEqual(send(files=[("files", ("run.exe", b"MZ"))]).status_code, 422)
        self.assertTrue(send(comment="x", access_token="wrong").headers["Location"].endswith("/my"))
        response = send(comment="One more <b>thing</b>", files=[("files", ("b.txt", b"more"))])
        self.assertEqual(response.status_code, 303)
        complaint.invalidate_recordset()
        self.assertEqual(len(complaint.message_ids), count + 1)
        message = complaint.message_ids[0]
        self.assertFalse(message.author_id)
        self.assertNotIn("<b>", message.body)
        self.assertEqual(message.attachment_ids.raw, b"more")
        with patch.object(portal_answer, "MESSAGES_PER_HOUR", 1):
            self.assertEqual(send(comment="Again").status_code, 422)

    def test_phone_only(self):
        """Without an address a phone number is enough; the staff have to ring."""
        self.assertEqual(self._send(email="", phone="+86 21 5555 0101").status_code, 303)
        complaint = self._made()
        self.assertEqual(complaint.phone, "+86 21 5555 0101")
        self.assertEqual(complaint.acknowledge_state, "call")

    def test_visitor_has_a_name(self):
        """In the thread the visitor is who he says he is, with or without a mail address; the rest is the program's."""
        for email, phone in ((MAIL, ""), ("", "123456")):
            self.before = self.Complaint.search([])
            self._send(email=email, phone=phone, files={"files": ("note.txt", b"x")})
            complaint = self._made()
            complaint._post_of_customer("More")
            letters = complaint.message_ids.filtered(lambda message: message.message_type == "comment")
            self.assertEqual(len(letters), 2)
            for letter in letters:
                self.assertFalse(letter.author_id)
                self.assertIn('"Ann" <', letter.email_from)
            self.assertNotIn(self.env.ref("base.public_partner"), complaint.message_ids.author_id)
        complaint.contact_name = False
        self.assertIn('"Visitor" <', complaint._get_author_address())

    def test_bad_input(self):
        """Bad input is refused with a reason and what was typed is still there."""
        hidden = self.env["customer.complaint.category"].create({"name": "Inside", "is_public": False})
        self.assertNotIn("Inside", self.url_open(self.url).text)
        for data in (
            {"name": ""},
            {"description": " "},
            {"email": "", "phone": ""},
            {"email": "no address"},
            {"phone": "call me"},
            {"phone": "(((((((("},
            {"kind": "grievance"},
            {"kind": "x" * 1000},
            {"category_id": str(hidden.id)},
            {"contact_name": "x" * 121},
        ):
            with self.subTest(data):
                response = self._send(**data)
                self.assertEqual(response.status_code, 422)
                self.assertIn("alert-danger", response.text)
        self.assertEqual(self._send(files=[("files", ("run.exe", b"x"))]).status_code, 422)
        self.assertFalse(self._made())
        for key in ("%FF", "x", "../1", "x" * 5000):
            self.assertEqual(self.url_open(f"/complaint/{key}").status_code, 404, key)

    def test_honeypot(self):
        """A program that fills in what nobody sees is thanked, and nothing is kept."""
        response = self._send(website="https://spam.test")
        self.assertEqual(response.status_code, 200)
        self.assertIn("alert-success", response.text)
        self.assertFalse(self._made())

    def test_captcha(self):
        """Where a captcha is configured, whoever fails it is told so, finds what he typed, and nothing is kept."""
        calls = []

        def fail(_self, action):
            calls.append(action)
            raise ValidationError(action)

        self.assertIn('data-captcha="customer_complaint"', self.url_open(self.url).text)
        with patch.object(self.registry["ir.http"], "_verify_request_recaptcha_token", fail):
            for url in (self.url, f"{self.url}/embed"):
                response = self._send(url, description="Kept text", website="")
                self.assertEqual(response.status_code, 422)
                self.assertIn("that you are not a program", response.text)
                self.assertIn("Kept text", response.text)
        self.assertEqual(calls, ["customer_complaint"] * 2)
        self.assertFalse(self._made())
        hidden = self._fields()
        self.assertEqual(self._send(**hidden).status_code, 303)
        with patch.object(self.registry["ir.http"], "_verify_request_recaptcha_token", fail):
            # the same page sent again by a second click, with a captcha that is used up
            self.assertEqual(self._send(**hidden).status_code, 303)
        self.assertEqual(len(self._made()), 1)

    def test_consent(self):
        """Where the company has a privacy note, nobody sends without agreeing to it."""
        self.team.company_id.care_complaint_privacy = "<p>We keep it for 2 years</p>"
        self.assertIn("2 years", self.url_open(self.url).text)
        self.assertEqual(self._send().status_code, 422)
        self.assertEqual(self._send(consent="1").status_code, 303)

    def test_limits(self):
        """One address sends only so many an hour, one mail address too; each team counts for itself."""
        with patch.object(public, "MAIL_PER_HOUR", 2):
            codes = [self._send(email=f"Ann <{MAIL}>" if i else MAIL).status_code for i in range(3)]
        self.assertEqual(codes, [303, 303, 429])
        self.team.web_hourly_limit = 3
        self.assertEqual(self._send(email="x1@customer.test").status_code, 429)
        other = self.env["customer.complaint.team"].create({"name": "Other", "has_web_form": True})
        self.assertEqual(self._send(f"/complaint/{other.web_key}", email="x2@customer.test").status_code, 303)
        self.assertEqual(len(self._made()), 3)
        # what was refused left nothing readable behind
        keys = " ".join(self.env["customer.complaint.intake"].search([]).mapped("key"))
        self.assertNotIn("customer.test", keys)
        self.assertNotIn("127.0.0.1", keys)

    @mute_logger("odoo.http")
    def test_only_where_enabled(self):
        """Unknown, switched off and archived forms do not exist."""
        self.assertEqual(self.url_open("/complaint/nothing-here").status_code, 404)
        self.assertEqual(self.url_open("/complaint/%C3%A9'").status_code, 404)
        self.team.has_web_form = False
        self.assertEqual(self.url_open(self.url).status_code, 404)
        self.team.write({"has_web_form": True, "active": False})
        self.assertEqual(self.url_open(self.url).status_code, 404)

    @mute_logger("odoo.http")
    def test_csrf(self):
        """Another site cannot send the form of the page, nor the embedded one without its stamp."""
        self.assertEqual(self.url_open(self.url, data={"name": "x", "description": "y"}).status_code, 400)
        for stamp in ("", "abc", "1-abc", "²-x", "9" * 30, "-"):
            self.assertEqual(self._send(f"{self.url}/embed", stamp=stamp).status_code, 422, stamp)
        self.assertFalse(self._made())

    def test_embed(self):
        """Only the sites of the team may frame the form, and only the embedded one."""
        self.team.web_hosts = "www.example.com https://shop.example.com:8080"
        page = self.url_open(f"{self.url}/embed")
        self.assertEqual(
            page.headers["Content-Security-Policy"],
            "frame-ancestors 'self' https://www.example.com https://shop.example.com:8080",
        )
        self.assertNotIn("X-Frame-Options", page.headers)
        page = self.url_open(self.url)
        self.assertEqual(page.headers["Content-Security-Policy"], "frame-ancestors 'self'")
        self.assertEqual(page.headers["X-Frame-Options"], "SAMEORIGIN")
        # as in the frame of another site: no cookie
        fields_sent = self._fields(f"{self.url}/embed")
        self.opener.cookies.clear()
        response = self._send(f"{self.url}/embed", **fields_sent)
        self.assertEqual(response.status_code, 200)
        self.assertIn(self._made().number, response.text)

    def test_portal_customer_is_known(self):
        """Who is logged in is known."""
        self.authenticate("complaint_web_portal", "complaint_web_portal")
        self.assertEqual(self._send().status_code, 303)
        self.assertEqual(self._made().partner_id, self.portal.partner_id)

    def test_language(self):
        """The form is read, and the sender answered, in the language he chose."""
        self.env["res.lang"]._activate_lang("zh_CN")
        response = self._send(f"/zh_CN{self.url}")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self._made().contact_lang, "zh_CN")
        self.assertEqual(self._made()._complaint_get_lang(), "zh_CN")

    def test_company_of_the_team(self):
        """Logo and colour of the pages are those of the company that answers; what is no colour is left out."""
        company = self.env["res.company"].create({"name": "Second Shop", "primary_color": "#123456"})
        team = self.env["customer.complaint.team"].create(
            {"name": "There", "company_id": company.id, "has_web_form": True}
        )
        url = f"/complaint/{team.web_key}"
        page = self.url_open(url)
        self.assertIn(f"company={company.id}", page.text)
        self.assertIn("Second Shop", page.text)
        self.assertIn("--btn-bg:#123456", page.text)
        for colour in ("#fff", "red;}</style><script>", "#12345g", False):
            company.primary_color = colour
            page = self.url_open(url)
            self.assertNotIn("--btn-bg", page.text)
        complaint = self.Complaint.create({"name": "X", "team_id": team.id, "company_id": company.id})
        self.assertIn(f"company={company.id}", self.url_open(complaint.get_portal_url()).text)

    def test_teams_page(self):
        """The short address leads to the only form, or lets choose."""
        teams = self.env["customer.complaint.team"].search([("has_web_form", "=", True)])
        (teams - self.team).has_web_form = False
        response = self.url_open("/complaint", allow_redirects=False)
        self.assertTrue(response.headers["Location"].endswith(self.url))
        self.env["customer.complaint.team"].create({"name": "Second", "has_web_form": True})
        self.assertIn("Second", self.url_open("/complaint").text)
        self.env["customer.complaint.team"].search([]).has_web_form = False
        self.assertEqual(self.url_open("/complaint").status_code, 200)

    def _count_queries(self, path):
        """Count the queries of a page that was opened before."""
        self.url_open(path)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_queries(self):
        """The pages cost at most twelve queries more than pages of Odoo itself."""
        own = self._count_queries("/web/login")
        self.assertGreater(own, 0)
        self.assertLessEqual(self._count_queries(self.url) - own, 12)
        complaint = self.Complaint.create(
            {"name": "Mine", "team_id": self.team.id, "partner_id": self.portal.partner_id.id}
        )
        self.authenticate("complaint_web_portal", "complaint_web_portal")
        own = self._count_queries("/my/home")
        for path in ("/my/complaints", complaint.access_url, self.url):
            self.assertLessEqual(self._count_queries(path) - own, 12, path)


@tagged("post_install", "-at_install")
class TestTracking(PublicFormCommon):
    def _track(self, number, code):
        page = html.fromstring(self.url_open("/complaint/track").text)
        token = page.xpath("//form[@action='/complaint/track']//input[@name='csrf_token']/@value")[0]
        data = {"csrf_token": token, "number": number, "code": code}
        return self.url_open("/complaint/track", data=data, allow_redirects=False)

    def test_track(self):
        """Number and code lead to the complaint, whatever case and hyphens."""
        complaint = self.Complaint.create({"name": "Mine", "team_id": self.team.id})
        code = complaint._get_tracking_code()
        for number, sent in (
            (complaint.number, code),
            (complaint.number.lower(), code.lower().replace("-", " ")),
        ):
            response = self._track(number, sent)
            self.assertEqual(response.status_code, 303)
            self.assertIn("Mine", self.url_open(response.headers["Location"]).text)

    def test_no_enumeration(self):
        """A wrong code, an unknown number and rubbish get the same answer, and only so many tries."""
        complaint = self.Complaint.create({"name": "Mine", "team_id": self.team.id})
        texts = set()
        for number, code in (
            (complaint.number, "0000-0000-0000"),
            ("C-0000-99999", complaint._get_tracking_code()),
            ("%", "%"),
            ("", ""),
            ("\0é" * 40, "é"),
        ):
            response = self._track(number, code)
            self.assertEqual(response.status_code, 422)
            self.assertNotIn("Mine", response.text)
            texts.add(html.fromstring(response.text).xpath("string(//div[@role='alert'])").strip())
        self.assertEqual(len(texts), 1)
        with patch.object(public, "LOOKUPS_PER_HOUR", 6):
            self.assertEqual(self._track("x", "y").status_code, 422)
            # even the right code is not looked at any more
            self.assertEqual(self._track(complaint.number, complaint._get_tracking_code()).status_code, 429)

    def test_code_follows_the_link(self):
        """A new secret of the link makes the old code useless."""
        complaint = self.Complaint.create({"name": "Mine", "team_id": self.team.id})
        code = complaint._get_tracking_code()
        complaint.access_token = "new"
        self.assertFalse(self.Complaint._find_by_tracking(complaint.number, code))


@tagged("post_install", "-at_install")
class TestIntakeLimit(TransactionCase):
    def test_address_and_network(self):
        """A network of IPv6 is one visitor, an IPv4 address one, a mail address whatever its spelling."""
        intake = self.env["customer.complaint.intake"]
        same = [
            ("address:1", "2001:db8::1", "2001:db8::ffff"),
            ("mail", "Ann <ANN@x.test>", "ann@x.test"),
            ("address:1", "unix:", "unix:"),
        ]
        for kind, one, other in same:
            self.assertEqual(intake._get_key(kind, one), intake._get_key(kind, other))
        for kind, one, other in (
            ("address:1", "192.0.2.1", "192.0.2.2"),
            ("address:1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"),
            ("address:1", "2001:db8::1", "2001:db8:0:1::1"),
        ):
            self.assertNotEqual(intake._get_key(kind, one), intake._get_key(kind, other))

    def test_old_attempts_are_forgotten(self):
        """An hour later it counts anew, a day later nothing is left."""
        intake = self.env["customer.complaint.intake"]
        attempt = [("mail", "old@x.test", 1)]
        self.enterContext(self.enter_registry_test_mode())
        self.assertFalse(intake._is_too_many(attempt))
        self.assertTrue(intake._is_too_many(attempt))
        rows = intake.search([("key", "=", intake._get_key("mail", "old@x.test"))])
        rows.datetime = fields.Datetime.now() - timedelta(hours=2)
        rows.flush_recordset()
        self.assertFalse(intake._is_too_many(attempt))
        rows.datetime = fields.Datetime.now() - timedelta(hours=30)
        rows.flush_recordset()
        intake._gc_attempts()
        self.assertFalse(rows.exists())

    def test_burst_does_not_slip_through(self):
        """Of many attempts at once, at as many connections, no more get through than allowed."""
        attempt = [("mail", "burst@x.test", 5)]
        intake = self.env["customer.complaint.intake"]
        key = intake._get_key("mail", "burst@x.test")
        database = sql_db.db_connect(self.env.cr.dbname)
        barrier = threading.Barrier(12)
        results = []

        class Registry:
            cursor = staticmethod(database.cursor)

        class Env:
            registry = Registry

        class Intake:
            env = Env

            @staticmethod
            def _get_key(kind, who):
                return key

        def attempt_once():
            barrier.wait()
            results.append(type(intake)._is_too_many(Intake, attempt))

        threads = [threading.Thread(target=attempt_once) for _index in range(12)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            with database.cursor() as cr:
                cr.execute("DELETE FROM customer_complaint_intake WHERE key = %s", (key,))
        self.assertEqual(len(results), 12)
        self.assertLessEqual(results.count(False), 5)


@tagged("post_install", "-at_install")
class TestTeamForm(TransactionCase):
    def test_key(self):
        """A team gets an address when its form is switched on, and keeps it."""
        team = self.env["customer.complaint.team"].create({"name": "T"})
        self.assertFalse(team.web_key or team.web_url or team.web_qr)
        team.has_web_form = True
        key = team.web_key
        self.assertTrue(key)
        self.assertTrue(team.web_url.endswith(f"/complaint/{key}"))
        self.assertTrue(team.web_qr)
        self.assertFalse(team.copy({"has_web_form": True}).web_key == key)
        team.write({"has_web_form": False})
        team.write({"has_web_form": True})
        self.assertEqual(team.web_key, key)

    def test_bad_values(self):
        """Addresses that lead elsewhere, and sites that are none, are refused."""
        team = self.env["customer.complaint.team"].create({"name": "T", "has_web_form": True})
        for key in ("track", "a", "A B", "../x", "é" * 5, "embed"):
            with self.assertRaises(ValidationError):
                team.web_key = key
        for hosts in ("a;b", "'unsafe", "example.com; script-src *", "javascript:alert(1)"):
            with self.assertRaises(ValidationError):
                team.web_hosts = hosts

    def test_embed_code_is_escaped(self):
        """The name of a team cannot break out of the code."""
        team = self.env["customer.complaint.team"].create(
            {"name": '"><script>', "has_web_form": True, "web_hosts": "example.com"}
        )
        self.assertNotIn("<script", team.web_embed_code)

    def test_poster(self):
        """The poster shows the code, or says that there is none."""
        team = self.env["customer.complaint.team"].create({"name": "T", "has_web_form": True})
        report = self.env["ir.actions.report"]
        for size in ("poster", "card"):
            team.has_web_form = True
            xmlid = f"customer_complaint.customer_complaint_team_report_{size}"
            content, _kind = report._render_qweb_html(xmlid, team.ids)
            self.assertIn(team.web_url, content.decode())
            team.has_web_form = False
            content, _kind = report._render_qweb_html(xmlid, team.ids)
            self.assertIn("no public form", content.decode())
