import xmlrpc.client
from datetime import timedelta
from pathlib import Path

from lxml import html
from odoo import api
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

DATA = Path(__file__).parent / "data"


class ComplaintPortalCommon(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint = cls.env["customer.complaint"]
        cls.team = cls.env["customer.complaint.team"].create(
            {"name": "Portal Team", "company_id": cls.env.company.id, "alias_name": "portal-team"}
        )
        cls.company_partner = cls.env["res.partner"].create({"name": "Firm", "is_company": True})
        cls.owner, cls.colleague, cls.stranger = (
            new_test_user(
                cls.env, f"complaint_{name}", groups="base.group_portal", email=f"{name}@customer.test"
            )
            for name in ("owner", "colleague", "stranger")
        )
        (cls.owner | cls.colleague).partner_id.parent_id = cls.company_partner
        cls.handler = new_test_user(
            cls.env,
            "complaint_portal_handler",
            groups="customer_complaint.group_complaint_manager",
            name="Helen Handler",
            email="helen@staff.test",
        )
        cls.employee = new_test_user(cls.env, "complaint_employee", groups="base.group_user")
        cls.complaint = cls.Complaint.create(
            {
                "name": "Leaking pipe",
                "team_id": cls.team.id,
                "partner_id": cls.owner.partner_id.id,
                "user_id": cls.handler.id,
                "channel": "phone",
                "description": "<p>Water everywhere</p>",
            }
        )
        cls.url = f"/my/complaints/{cls.complaint.id}"

    def _login(self, user=None):
        self.authenticate(user and user.login, user and user.login.ljust(8, "x"))

    def _csrf(self):
        page = self.url_open("/my/complaints/new")
        return html.fromstring(page.text).xpath("//form//input[@name='csrf_token']/@value")[0]

    def _send(self, files=None, **data):
        data = {
            "csrf_token": self._csrf(),
            "name": "New one",
            "description": "It broke",
            "category_id": "",
            **data,
        }
        return self.url_open(
            "/my/complaints/new", data=data, files=files or {"files": ("", b"")}, allow_redirects=False
        )


@tagged("post_install", "-at_install")
class TestPortalPages(ComplaintPortalCommon):
    # ------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------

    def test_access_matrix(self):
        """The customer, who holds the link and staff with the right see a complaint; others learn nothing."""
        token = self.complaint._portal_ensure_token()
        for user, suffix, allowed in (
            (self.owner, "", True),
            (self.colleague, "", False),
            (self.stranger, "", False),
            (None, "", False),
            (self.employee, "", False),
            (self.handler, "", True),
            (None, f"?access_token={token}", True),
            (self.stranger, f"?access_token={token}", True),
            (None, "?access_token=", False),
            (None, "?access_token=wrong", False),
            (None, "?access_token=%C3%A9%00", False),
            (self.owner, "?access_token=wrong", True),
        ):
            with self.subTest(user=user and user.login, suffix=suffix):
                self._login(user)
                response = self.url_open(self.url + suffix, allow_redirects=False)
                self.assertEqual(response.status_code, 200 if allowed else 303)
                self.assertEqual("Leaking pipe" in response.text, allowed)
                if not allowed:
                    self.assertTrue(response.headers["Location"].endswith("/my"))

    def test_unknown_ids(self):
        """Numbers that no complaint has lead away, ids that cannot be lead nowhere."""
        self._login(self.owner)
        for path in ("2147483647", "0", "-1"):
            response = self.url_open(f"/my/complaints/{path}", allow_redirects=False)
            self.assertEqual(response.status_code, 303, path)
        for path in ("99999999999999999999", "2147483648", "0x1", "abc"):
            with mute_logger("odoo.http"):
                self.assertEqual(self.url_open(f"/my/complaints/{path}").status_code, 404, path)

    def test_list_shows_own_only(self):
        """The list and the counter hold the customer's own complaints."""
        for user, count in ((self.owner, 1), (self.colleague, 0), (self.stranger, 0)):
            self._login(user)
            text = self.url_open("/my/complaints").text
            self.assertEqual(text.count("o_complaint_row"), count)
            self.assertEqual("Leaking pipe" in text, bool(count))
            counters = self.make_jsonrpc_request("/my/counters", {"counters": ["complaint_count"]})
            self.assertEqual(counters, {"complaint_count": count})

    def test_list_needs_login(self):
        """Visitors are asked to log in."""
        self._login()
        for path in ("/my/complaints", "/my/complaints/new"):
            response = self.url_open(path, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])

    def test_home_card(self):
        """The portal's home leads to the complaints, also of those who have none yet."""
        for user in (self.owner, self.stranger):
            self._login(user)
            self.assertIn("/my/complaints", self.url_open("/my/home").text)

    def test_list_parameters(self):
        """No value of sort, filter, search or page shows more than the own complaints, none makes it fail."""
        self.Complaint.create({"name": "Secret of others", "partner_id": self.stranger.partner_id.id})
        self._login(self.owner)
        for query in (
            "sortby=number&filterby=open",
            "sortby=name;drop&filterby=__class__",
            "sortby=partner_id.name desc&search_in=partner_id",
            "search=%25&search_in=all",
            "search='%20OR%201=1--",
            "search=%00",
            "search=[('id','!=',0)]&search_in=name",
            "search=" + "x" * 5000,
            "page=-1",
            "page=x",
            "page=99999999999999999999",
        ):
            with self.subTest(query):
                response = self.url_open(f"/my/complaints?{query}")
                self.assertEqual(response.status_code, 200)
                self.assertNotIn("Secret of others", response.text)
        self.assertEqual(self.url_open("/my/complaints/page/999999999").status_code, 200)
        self.assertIn("Leaking pipe", self.url_open("/my/complaints?search=leaking").text)
        self.assertNotIn("o_complaint_row", self.url_open("/my/complaints?search=nothing").text)
        self.assertNotIn("o_complaint_row", self.url_open("/my/complaints?filterby=closed").text)

    def test_search_is_escaped(self):
        """What was searched for is shown as text."""
        self._login(self.owner)
        text = self.url_open('/my/complaints?search="><script>alert(1)</script>').text
        self.assertNotIn("<script>alert(1)", text)

    def test_employee_without_right_cannot_list(self):
        """An employee sees in the portal what is his own as a customer: nothing."""
        self._login(self.employee)
        self.assertNotIn("Leaking pipe", self.url_open("/my/complaints").text)

    # ------------------------------------------------------------
    # What the page tells
    # ------------------------------------------------------------

    def test_page_content(self):
        """The page tells stage and steps in plain words and of the staff the name alone."""
        self._login(self.owner)
        text = self.url_open(self.url).text
        for expected in (self.complaint.number, "We are working on it", "Helen Handler", "Water everywhere"):
            self.assertIn(expected, text)
        self.assertIn("We have received your complaint", text)
        for hidden in ("helen@staff.test", "Minor", "severity"):
            self.assertNotIn(hidden, text)

    def test_offer_shown_once_approved(self):
        """A compensation is seen when approved, not before and not after it was taken back."""
        offer = self.env["customer.complaint.compensation"].create(
            {"complaint_id": self.complaint.id, "kind": "gift", "amount": 77}
        )
        self._login(self.owner)
        self.assertNotIn("complaint_offers", self.url_open(self.url).text)
        self.env.cr.execute(
            "UPDATE customer_complaint_compensation SET approval_state = 'approved' WHERE id = %s", [offer.id]
        )
        offer.invalidate_recordset()
        text = self.url_open(self.url).text
        self.assertIn("complaint_offers", text)
        self.assertIn("77", text)
        offer.action_cancel()
        self.env.flush_all()
        self.assertNotIn("complaint_offers", self.url_open(self.url).text)

    def test_portal_user_reads_nothing_else(self):
        """A portal user reads neither the assessment nor anything of another customer, by no method."""
        complaint = self.complaint.with_user(self.owner)
        for field in ("severity", "is_sender_doubtful", "acknowledge_state"):
            with self.assertRaises(AccessError):
                complaint.read([field])
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.stranger).read(["name"])
        self.assertFalse(self.Complaint.with_user(self.stranger).search([]))
        with self.assertRaises(AccessError):
            complaint.write({"name": "Changed"})
        with self.assertRaises(AccessError):
            self.Complaint.with_user(self.owner).create({"name": "By RPC"})

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    def _post(self, thread_id=None, **kwargs):
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "customer.complaint",
                "thread_id": thread_id or self.complaint.id,
                "post_data": {
                    "body": "<p>More facts<script>alert(1)</script></p>",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
                **kwargs,
            },
        )

    def test_customer_writes(self):
        """The customer's message reaches the handler, is sanitized and is no first response."""
        self._login(self.owner)
        self._post(token=self.complaint._portal_ensure_token())
        self.complaint.invalidate_recordset()
        message = self.complaint.message_ids[0]
        self.assertEqual(message.author_id, self.owner.partner_id)
        self.assertIn("More facts", message.body)
        self.assertNotIn("script", message.body)
        self.assertFalse(self.complaint.responded_datetime)
        self.assertIn(self.handler.partner_id, message.notified_partner_ids)

    def test_visitor_with_link_writes_as_the_customer(self):
        """Who holds the link writes in the customer's name."""
        self._login()
        self._post(token=self.complaint._portal_ensure_token())
        self.assertEqual(self.complaint.message_ids[0].author_id, self.owner.partner_id)

    def test_customer_writes_to_closed_complaint(self):
        """A message on a finished complaint is kept and shown to the handler."""
        stage = self.env["customer.complaint.stage"].search([("phase", "=", "resolved")], limit=1)
        self.complaint.stage_id = stage
        self.complaint.activity_ids.unlink()
        self._login(self.owner)
        self._post(token=self.complaint._portal_ensure_token())
        self.complaint.invalidate_recordset()
        self.assertEqual(self.complaint.activity_ids.user_id, self.handler)
        self.assertEqual(self.complaint.stage_id, stage)

    def test_others_cannot_write_or_fetch(self):
        """Without right and link nobody writes into or reads from the thread of a complaint."""
        self.complaint.message_post(
            body="Only for Ann", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        before = len(self.complaint.message_ids)
        for user in (self.stranger, self.colleague, None):
            for extra in (
                {},
                {"token": "wrong"},
                {"token": ""},
                {"pid": self.owner.partner_id.id, "hash": "x"},
            ):
                with self.subTest(user=user and user.login, extra=extra):
                    self._login(user)
                    with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                        self._post(**extra)
                    try:
                        with mute_logger("odoo.http"):
                            answer = self.make_jsonrpc_request(
                                "/mail/chatter_fetch",
                                {
                                    "thread_model": "customer.complaint",
                                    "thread_id": self.complaint.id,
                                    **extra,
                                },
                            )
                    except JsonRpcException:
                        continue
                    self.assertNotIn("Only for Ann", str(answer))
        self.complaint.invalidate_recordset()
        self.assertEqual(len(self.complaint.message_ids), before)

    def test_customer_does_not_see_notes(self):
        """Internal notes never reach the portal, messages to the customer do."""
        self.complaint.message_post(
            body="Dear customer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.complaint.message_post(
            body="Difficult customer", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        token = self.complaint._portal_ensure_token()
        for user in (self.owner, None):
            self._login(user)
            answer = self.make_jsonrpc_request(
                "/mail/chatter_fetch",
                {"thread_model": "customer.complaint", "thread_id": self.complaint.id, "token": token},
            )
            self.assertNotIn("Difficult", str(answer))
            self.assertIn("Dear customer", str(answer))

    # ------------------------------------------------------------
    # The form
    # ------------------------------------------------------------

    def _new_complaint(self):
        return self.Complaint.search(
            [("partner_id", "=", self.owner.partner_id.id)], order="id desc", limit=1
        )

    def test_form_makes_complaint(self):
        """What a customer sends becomes his complaint by the portal, with files and acknowledgement."""
        category = self.env["customer.complaint.category"].create({"name": "Pipes"})
        self._login(self.owner)
        response = self._send(
            files=[
                ("files", ("a.txt", b"hello", "text/plain")),
                ("files", ("../../b.pdf", b"%PDF-1.4", "application/pdf")),
            ],
            name="  Again  ",
            description="line 1\n<script>alert(1)</script>",
            category_id=str(category.id),
        )
        self.assertEqual(response.status_code, 303)
        complaint = self._new_complaint()
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "Again",
                    "channel": "portal",
                    "category_id": category.id,
                    "partner_id": self.owner.partner_id.id,
                    "company_id": self.owner.company_id.id,
                    "acknowledge_state": "sent",
                }
            ],
        )
        self.assertIn(complaint.access_url, response.headers["Location"])
        self.assertNotIn("<script", complaint.description)
        self.assertIn("line 1", complaint.description)
        attachments = complaint.message_ids.attachment_ids
        self.assertEqual(sorted(attachments.mapped("name")), ["a.txt", "b.pdf"])
        self.assertEqual(attachments.filtered(lambda a: a.name == "a.txt").raw, b"hello")
        self.assertFalse(complaint.responded_datetime)
        self.assertEqual(self.url_open(response.headers["Location"]).status_code, 200)

    def test_form_bad_input(self):
        """Bad input is refused with a reason, and what was typed is still there."""
        hidden = self.env["customer.complaint.category"].create({"name": "Hidden", "active": False})
        self._login(self.owner)
        before = self.Complaint.search_count([])
        for data in (
            {"name": "  "},
            {"description": ""},
            {"name": "x" * 251},
            {"description": "kept text " * 2001},
            {"category_id": str(hidden.id)},
            {"category_id": "abc"},
            {"category_id": "99999999999999999999"},
            {"category_id": "²"},
        ):
            with self.subTest(data):
                response = self._send(**{"description": "kept text", **data})
                self.assertEqual(response.status_code, 422)
                self.assertIn("alert-danger", response.text)
                if data.get("description") != "":
                    self.assertIn("kept text", response.text)
        self.assertEqual(self.Complaint.search_count([]), before)

    def test_form_null_bytes(self):
        """Null bytes are dropped."""
        self._login(self.owner)
        self.assertEqual(self._send(name="Nu\0ll", description="te\0xt").status_code, 303)
        self.assertEqual(self._new_complaint().name, "Null")

    def test_form_bad_files(self):
        """Too many, too large, empty and dangerous files are refused."""
        self._login(self.owner)
        large = b"x" * (10 * 2**20 + 1)
        for files in (
            [("files", (f"{i}.txt", b"x")) for i in range(11)],
            [("files", ("a.txt", large))],
            [("files", (f"{i}.txt", large[:-2])) for i in range(3)],
            [("files", ("a.txt", b""))],
            [("files", ("run.exe", b"x"))],
            [("files", ("page.html", b"<script>"))],
            [("files", ("picture.svg", b"<svg/>"))],
            [("files", ("photo.jpg", b"MZ\x90\x00"))],
            [("files", ("noextension", b"x"))],
        ):
            with self.subTest(files[0][1][0]):
                response = self._send(files=files)
                self.assertEqual(response.status_code, 422)
                self.assertIn("It broke", response.text)

    def test_form_beyond_all_limits(self):
        """A request that is far too large is refused before it is read."""
        self._login(self.owner)
        with mute_logger("odoo.http"):
            response = self._send(files=[("files", ("a.txt", b"x" * (33 * 2**20)))])
        self.assertEqual(response.status_code, 413)

    @mute_logger("odoo.http")
    def test_form_needs_csrf_token(self):
        """No other site can send the form."""
        self._login(self.owner)
        response = self.url_open("/my/complaints/new", data={"name": "x", "description": "y"})
        self.assertEqual(response.status_code, 400)

    def test_form_flood(self):
        """A customer cannot send complaints without end."""
        self._login(self.owner)
        codes = [self._send(name=f"No. {i}").status_code for i in range(11)]
        self.assertEqual(codes, [303] * 10 + [422])

    def test_form_cannot_set_other_fields(self):
        """Values the form does not ask for are ignored."""
        self._login(self.owner)
        self._send(partner_id=str(self.stranger.partner_id.id), channel="web", user_id="1", severity="major")
        complaint = self._new_complaint()
        self.assertEqual(complaint.channel, "portal")
        self.assertFalse(complaint.user_id)
        self.assertEqual(complaint.severity, "general")

    def test_chinese(self):
        """Messages of the form come in the customer's language once translated; Chinese text survives."""
        self._login(self.owner)
        self._send(name="空调漏水", description="地板受损 㐀")
        self.assertEqual(self._new_complaint().name, "空调漏水")


@tagged("post_install", "-at_install")
class TestMailgate(ComplaintPortalCommon):
    def _process_by_rpc(self, source, user):
        """Call the gateway as the mailgate script does."""
        key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "mailgate", api.Environment(self.env.cr, 1, {}).cr.now() + timedelta(days=1))
        )
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            user.id,
            key,
            "mail.thread",
            "message_process",
            [False, xmlrpc.client.Binary(source)],
            {},
        )

    def _source(self, name):
        domain = self.env["mail.alias.domain"].search([], limit=1) or self.env["mail.alias.domain"].create(
            {"name": "gate.test"}
        )
        self.team.alias_domain_id = domain
        address = f"portal-team@{domain.name}".encode()
        return (DATA / f"{name}.eml").read_bytes().replace(b"care-test@test.mycompany.com", address)

    @mute_logger("odoo.addons.customer_complaint.models.mail_thread")
    def test_mailgate(self):
        """The mailgate script's call makes a complaint of what can be read and of what cannot."""
        for name in ("gb18030", "unknown_charset"):
            before = self.Complaint.search([])
            self._process_by_rpc(self._source(name), self.env.ref("base.user_admin"))
            complaint = self.Complaint.search([]) - before
            self.assertEqual(complaint.team_id, self.team)
            self.assertEqual(complaint.channel, "mail")

    @mute_logger("odoo.http", "odoo.addons.customer_complaint.models.mail_thread")
    def test_mailgate_refuses_portal_users(self):
        """A customer cannot feed the gateway."""
        before = self.Complaint.search_count([])
        for name in ("gb18030", "unknown_charset"):
            with self.assertRaises(xmlrpc.client.Fault):
                self._process_by_rpc(self._source(name), self.stranger)
        self.assertEqual(self.Complaint.search_count([]), before)
