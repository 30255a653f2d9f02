from datetime import timedelta

from lxml import html
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import CareCommon


def ask(partner, **vals):
    """Return a request of the customer and the path of its page."""
    Request = partner.env["customer.detail.request"].sudo()
    request = Request.create({**Request._prepare_request_vals(partner), **vals})
    return request, f"/care/details/{request.id}-{request.token}"


@tagged("post_install", "-at_install")
class TestDetails(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Request = cls.env["customer.detail.request"]
        cls.customer.write({"email": "info@wind.test", "city": "Bonn", "care_user_id": cls.specialist.id})

    def _answer(self, **changes):
        request, _path = ask(self.customer)
        request._answer(changes)
        return request

    def test_states_of_the_country(self):
        """The page offers the states of the customer's country, not those of the whole world."""
        germany = self.env.ref("base.de")
        self.customer.country_id = germany
        self.env["customer.completeness.field"].search(
            [("field_id.name", "in", ("country_id", "state_id"))]
        ).unlink()
        for name in ("country_id", "state_id"):
            self.env["customer.completeness.field"].create(
                {
                    "field_id": self.env["ir.model.fields"]._get("res.partner", name).id,
                    "applies_to": "both",
                    "is_asked": True,
                }
            )
        form = self.env["customer.detail.form"].sudo()
        for text, country in (("", germany), (str(self.env.ref("base.at").id), self.env.ref("base.at"))):
            values = {**form._get_values(self.customer), **({"country_id": text} if text else {})}
            shown = {field["name"]: field for field in form._get_page_fields(self.customer, values)}
            self.assertEqual(
                {int(key) for key, _label in shown["state_id"]["options"]}, set(country.state_ids.ids)
            )

    # Asking

    def test_ask(self):
        """The mail holds the link; the timeline says that the customer was asked, without the link."""
        wizard = self.env["customer.detail.ask"].with_user(self.specialist)
        wizard.create({"partner_ids": self.customer.ids}).action_send()
        request = self.env["customer.detail.request"].search([("partner_id", "=", self.customer.id)])
        mail = self.env["mail.mail"].search([("email_to", "=", "info@wind.test")], order="id desc", limit=1)
        self.assertIn(request.sudo().token, mail.body_html)
        self.assertEqual(mail.model, "customer.detail.request")
        self.assertEqual(self._get_kinds(self.customer)[-1], "details_asked")
        for text in self.customer.message_ids.mapped("body"):
            self.assertNotIn(request.sudo().token, text)
        self.assertEqual(request.user_id, self.specialist)

    def test_left_out(self):
        """Who may not be contacted, has no address or is archived is left out, with the reason."""
        others = self._create_customer("No mail") | self._create_customer(
            "Old", email="x@x.test", active=False
        )
        self.patch(
            type(self.customer),
            "_care_gate_map",
            lambda partners, purpose, channel: {
                p.id: ["No!"] if p == self.customer else [] for p in partners
            },
        )
        wizard = self.env["customer.detail.ask"].with_user(self.specialist)
        wizard = wizard.create({"partner_ids": (others | self.customer).ids})
        self.assertEqual(len(wizard.blocked_text.splitlines()), 3)
        self.assertIn("No!", wizard.blocked_text)
        with self.assertRaises(UserError):
            wizard.action_send()

    def test_asked_again(self):
        """A newer link closes the older one."""
        first = self.Request._ask(self.customer)
        second = self.Request._ask(self.customer)
        self.assertEqual((first.state, second.state), ("cancelled", "sent"))

    def test_find(self):
        """Only the right key of an open request opens the page."""
        request, path = ask(self.customer)
        key = path.rsplit("/", 1)[1]
        self.assertEqual(self.Request._find(key), request)
        other, _path = ask(self.contact)
        for wrong in (
            "",
            "-",
            key[:-1],
            key + "x",
            f"{other.id}-{request.token}",
            f"{request.id}-",
            f"{request.id}-é\0",
            f"99999999999999999999-{request.token}",
            f"²-{request.token}",
            request.token,
        ):
            with self.subTest(wrong):
                self.assertFalse(self.Request._find(wrong))
        for state in ("done", "expired", "cancelled"):
            request.state = state
            self.assertFalse(self.Request._find(key))
        request.write({"state": "sent", "date_expiry": fields.Date.today() - timedelta(days=1)})
        self.assertFalse(self.Request._find(key))
        self.Request._cron_expire()
        self.assertEqual(request.state, "expired")

    def test_token_is_secret(self):
        """Nobody reads or searches the token, whatever the group."""
        request, _path = ask(self.customer)
        for user in (self.admin, self.manager, self.auditor, self.portal):
            with self.assertRaises(AccessError):
                request.with_user(user).read(["token"])
            with self.assertRaises(AccessError):
                self.Request.with_user(user).search([("token", "like", "a")])
        self.assertGreaterEqual(len(request.token), 43)

    # Deciding

    def test_accept(self):
        """An accepted proposal is written with the user's rights and verifies the record."""
        request = self._answer(city="Köln", phone="+49 221 1")
        self.assertEqual(self.customer.city, "Bonn")
        self.assertEqual(self.customer.care_proposal_count, 2)
        self.assertIn(
            self.customer, self.env["res.partner"].search([("care_proposal_ids.state", "=", "open")])
        )
        request.proposal_ids.with_user(self.specialist).action_accept()
        self.assertEqual((self.customer.city, self.customer.phone), ("Köln", "+49 221 1"))
        self.assertEqual(request.state, "done")
        self.assertEqual(self.customer.care_verified_by, "customer")
        self.assertIn("details_accepted", self._get_kinds(self.customer))

    def test_field_by_field(self):
        """Proposals are decided one by one; a rejected one leaves the value, and the record unverified."""
        request = self._answer(city="Köln", phone="1234")
        city, phone = request.proposal_ids.sorted(lambda p: p.field_id.name)
        city.with_user(self.specialist).action_accept()
        self.assertEqual(request.state, "answered")
        phone.with_user(self.specialist).action_reject()
        self.assertEqual((self.customer.city, self.customer.phone), ("Köln", False))
        self.assertEqual(request.state, "done")
        self.assertFalse(self.customer.care_verified_date)
        with self.assertRaises(UserError):
            city.with_user(self.specialist).action_accept()

    def test_conflict(self):
        """A value changed meanwhile is left out when several are accepted, and written when it is alone."""
        request = self._answer(city="Köln", phone="1234")
        city = request.proposal_ids.filtered(lambda p: p.field_id.name == "city")
        self.customer.city = "Berlin"
        self.assertTrue(city.is_conflict)
        self.assertEqual((city.old_text, city.current_text, city.new_text), ("Bonn", "Berlin", "Köln"))
        result = request.proposal_ids.with_user(self.specialist).action_accept()
        self.assertEqual(result["params"]["type"], "warning")
        self.assertEqual((self.customer.city, self.customer.phone), ("Berlin", "1234"))
        city.with_user(self.specialist).action_accept()
        self.assertEqual(self.customer.city, "Köln")

    def test_references(self):
        """Records and dates are shown by name and written as such."""
        germany = self.env.ref("base.de")
        request = self._answer(country_id=str(germany.id))
        self.assertEqual(request.proposal_ids.new_text, germany.name)
        request.proposal_ids.with_user(self.specialist).action_accept()
        self.assertEqual(self.customer.country_id, germany)

    def test_second_answer(self):
        """A second answer replaces the proposals that wait."""
        request = self._answer(city="Köln")
        request._answer({"city": "Mainz"})
        self.assertEqual(sorted(request.proposal_ids.mapped("state")), ["open", "replaced"])
        request._answer({})
        self.assertEqual(set(request.proposal_ids.mapped("state")), {"replaced"})
        self.assertTrue(request.is_confirmed)

    def test_activity(self):
        """The responsible person is asked once to look, and no longer when all is decided."""
        kind = self.env.ref("customer_care.mail_activity_type_details")
        request = self._answer(city="Köln")
        request._answer({"city": "Mainz"})
        activity = self.customer.activity_ids.filtered(lambda a: a.activity_type_id == kind)
        self.assertEqual(activity.user_id, self.specialist)
        request.proposal_ids.filtered(lambda p: p.state == "open").with_user(self.specialist).action_reject()
        self.assertFalse(activity.active)

    def test_access(self):
        """Portal, public and employees see no requests and proposals; auditors read, nobody writes."""
        request = self._answer(city="Köln")
        for user in (self.portal, self.public, self.employee):
            for record in (request, request.proposal_ids):
                with self.assertRaises(AccessError):
                    record.with_user(user).read(["state"])
        for user in (self.specialist, self.admin, self.auditor):
            for record in (request, request.proposal_ids):
                record.with_user(user).read(["state"])
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"state": "done"})
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.Request.with_user(user).create({"partner_id": self.customer.id})
        for user in (self.auditor, self.employee, self.portal):
            with self.assertRaises(AccessError):
                request.proposal_ids.with_user(user).action_accept()
            with self.assertRaises(AccessError):
                request.with_user(user).action_cancel()

    def test_companies(self):
        """Requests of another company's customers are not seen."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        customer = self._create_customer(company_id=company.id)
        request, _path = ask(customer)
        request._answer({"city": "Köln"})
        for record in (request, request.proposal_ids):
            self.assertFalse(record.with_user(self.manager).search([("id", "=", record.id)]))
            with self.assertRaises(AccessError):
                record.with_user(self.manager).read(["state"])


@tagged("post_install", "-at_install")
class TestDetailsPages(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "care_details_portal", groups="base.group_portal", email="p@wind.test", name="Ada Wind"
        )
        cls.partner = cls.user.partner_id
        cls.partner.write({"city": "Bonn", "phone": "12345"})
        cls.request, cls.path = ask(cls.partner)

    def _login(self, user=None):
        self.authenticate(user and user.login, user and user.login.ljust(8, "x"))

    def _send(self, path, **data):
        page = html.fromstring(self.url_open(path).text)
        token = page.xpath("//form//input[@name='csrf_token']/@value")[-1]
        response = self.url_open(path, data={"csrf_token": token, **data})
        self.env.invalidate_all()
        return response

    def test_link(self):
        """The link shows the present values without login; the answer becomes proposals alone."""
        self._login()
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Bonn", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        response = self._send(self.path, city="Köln", phone="12345")
        self.assertIn("Thank you", response.text)
        self.assertEqual(self.partner.city, "Bonn")
        self.assertEqual(
            self.request.proposal_ids.mapped(lambda p: (p.field_id.name, p.new_value)), [("city", "Köln")]
        )
        self.assertIn("Köln", self.url_open(self.path).text)

    def test_confirm(self):
        """Sending without a change confirms the record; then the link is closed."""
        self._login()
        response = self._send(self.path, city="Bonn", phone="12345")
        self.assertIn("all is right", response.text)
        self.assertEqual(self.partner.care_verified_by, "customer")
        self.assertFalse(self.partner.care_verified_user_id)
        self.assertEqual(self.request.state, "done")
        self.assertEqual(self.url_open(self.path).status_code, 404)

    def test_closed_links(self):
        """Wrong, used and expired links lead to a kind page, for reading as for sending."""
        self._login()
        for path in (self.path + "x", "/care/details/1", "/care/details/%00-%C3%A9", "/care/details/0-x"):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 404, path)
            self.assertIn("no longer open", response.text)
            self.assertNotIn("Bonn", response.text)
        self.request.state = "expired"
        self.assertIn("no longer open", self.url_open(self.path).text)

    def test_bad_input(self):
        """Bad input is refused with a message; what was typed is kept, and nothing is stored."""
        self._login()
        china, berlin = self.env.ref("base.cn"), self.env.ref("base.state_de_be", raise_if_not_found=False)
        for data, message in (
            ({"email": "nobody"}, "not an e-mail"),
            ({"email": "a@b.co, c@d.co"}, "not an e-mail"),
            ({"phone": "call me"}, "not a telephone"),
            ({"city": "x" * 251}, "longer than"),
            ({"name": "  "}, "Please fill in"),
            ({"country_id": "999999"}, "listed values"),
            ({"country_id": "1 OR 1=1"}, "listed values"),
            ({"lang": "xx_XX"}, "listed values"),
            ({"care_birthday": "31.12.1990"}, "not a date"),
            ({"care_birthday": "2999-01-01"}, "between 1900"),
            ({"country_id": str(china.id), "state_id": str(berlin.id) if berlin else "x"}, ""),
        ):
            with self.subTest(data):
                response = self._send(self.path, **{"street": "Kept Street 1", **data})
                self.assertEqual(response.status_code, 422)
                self.assertIn(message, response.text)
                self.assertIn("Kept Street 1", response.text)
        self.assertFalse(self.request.proposal_ids)

    def test_html_and_control_characters(self):
        """Markup stays text, control characters go."""
        self._login()
        self._send(self.path, city="<script>alert(1)</script>\0\n㐀")
        self.assertEqual(self.request.proposal_ids.new_value, "<script>alert(1)</script> 㐀")
        self.assertNotIn("<script>alert(1)", self.url_open(self.path).text)

    def test_other_fields(self):
        """Only what the administrator chose is shown and taken; inner fields never."""
        self._login()
        page = self.url_open(self.path).text
        for name in ("care_user_id", "comment", "credit_limit", "care_source_id"):
            self.assertNotIn(f'name="{name}"', page)
        self._send(self.path, city="Bonn", comment="x", care_user_id="1", company_id="1", active="", ref="x")
        self.assertFalse(self.request.proposal_ids)
        chosen = self.env["customer.completeness.field"].search([("name", "=", "city")])
        chosen.is_asked = False
        self.request.state = "sent"
        self._send(self.path, city="Köln")
        self.assertFalse(self.request.proposal_ids)

    @mute_logger("odoo.http", "werkzeug")
    def test_too_much(self):
        """Ten thousand fields or a huge request are refused or ignored, never a crash."""
        self._login()
        token = html.fromstring(self.url_open(self.path).text).xpath("//input[@name='csrf_token']/@value")[-1]
        many = {f"field{i}": "x" for i in range(10_000)}
        self.assertIn(
            self.url_open(self.path, data={"csrf_token": token, **many}).status_code, (200, 400, 413)
        )
        huge = {"csrf_token": token, "city": "x" * 500_000}
        self.assertEqual(self.url_open(self.path, data=huge).status_code, 413)
        self.env.invalidate_all()
        self.assertFalse(self.request.proposal_ids)

    @mute_logger("odoo.http")
    def test_csrf(self):
        """No other site sends the form."""
        self._login()
        self.assertEqual(self.url_open(self.path, data={"city": "x"}).status_code, 400)

    def test_portal(self):
        """The portal shows the own details; the answers replace each other in one request."""
        self._login(self.user)
        self.assertIn("/my/care/details", self.url_open("/my").text)
        self.assertIn("Bonn", self.url_open("/my/care/details").text)
        self._send("/my/care/details", city="Köln")
        self._send("/my/care/details", city="Mainz")
        request = self.env["customer.detail.request"].search(
            [("partner_id", "=", self.partner.id), ("origin", "=", "portal")]
        )
        self.assertEqual(len(request), 1)
        waiting = request.proposal_ids.filtered(lambda p: p.state == "open")
        self.assertEqual(waiting.new_value, "Mainz")
        self.assertEqual(self.partner.city, "Bonn")

    def test_portal_needs_login(self):
        """Without login the portal page leads to the login."""
        self._login()
        self.assertIn("/web/login", self.url_open("/my/care/details").url)

    def test_contact(self):
        """A contact is not asked for what is the company's."""
        self.partner.parent_id = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self._login()
        page = self.url_open(self.path).text
        self.assertIn('name="phone"', page)
        self.assertNotIn('name="city"', page)
        self.assertNotIn('name="industry_id"', page)
