from lxml import html
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .test_action import ActionCommon

MINE = "/my/complaint-actions"


@tagged("post_install", "-at_install")
class TestActionPage(ActionCommon, HttpCase):
    """Owners who handle no complaints: mail, to-do, list and page of their actions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee.password = "employee_t_password"
        cls.own = cls._create_action(
            name="Train the fitters", user_id=cls.employee.id, problem="<p>Seals were too tight.</p>"
        )
        cls.mails_before = cls.env["mail.mail"].search([]).ids
        cls.own.action_start()
        cls.path = f"/complaint/action/{cls.own.id}-{cls.own.token}"

    def _mails(self):
        return self.env["mail.mail"].search([("id", "not in", self.mails_before)])

    def _send(self, path=None, files=None, **data):
        page = self.url_open(self.path)
        csrf = html.fromstring(page.text).xpath("//input[@name='csrf_token']/@value")
        data = {"csrf_token": csrf[0] if csrf else "", "answer": "progress", "text": "Half of them", **data}
        return self.url_open(path or self.path, data=data, files=files)

    def test_told(self):
        """A mail with the link, a to-do that leads to the page without the secret, and nothing to follow."""
        mail = self._mails().filtered(lambda one: self.employee.email in (one.email_to or ""))
        self.assertEqual(len(mail), 1)
        self.assertIn(self.path, mail.body_html)
        self.assertIn("Train the fitters", mail.subject)
        self.assertFalse(mail.res_id)
        todo = self.own.activity_ids.filtered(lambda one: one.user_id == self.employee)
        self.assertIn(f"{MINE}/{self.own.id}", todo.note)
        self.assertNotIn(self.own.token, todo.note)
        self.assertNotIn(self.employee.partner_id, self.own.message_partner_ids)
        self.assertEqual(self.env["mail.activity"].with_user(self.employee).search([]), todo)

    def test_owner_with_rights(self):
        """Who handles complaints is told as ever: to-do without a link, no mail with a secret."""
        before = len(self._mails())
        self.action.action_start()
        self.assertEqual(len(self._mails()), before)
        self.assertFalse(self.action.token)
        self.assertFalse(self.action.activity_ids.note)
        self.assertIn(self.handler.partner_id, self.action.message_partner_ids)

    def test_no_rights_beyond_the_page(self):
        """The link gives no rights to read actions or complaints through the program."""
        for record in (self.own, self.complaint):
            for operation in ("read", "write"):
                self.assertFalse(record.with_user(self.employee).has_access(operation))
        with self.assertRaises(AccessError):
            self.own.with_user(self.employee).action_done()
        with self.assertRaises(AccessError):
            self.own.with_user(self.handler).read(["token"])
        with self.assertRaises(AccessError):
            self.own.with_user(self.manager).write({"token": "mine"})

    def test_shows_the_action_alone(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Seals were too tight.", page.text)
        for secret in (self.complaint.number, self.complaint.name, "Lin Wei", "lin.wei@"):
            self.assertNotIn(secret, page.text)
        self.assertEqual(self.own.state, "open")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")

    def test_reports_then_done(self):
        """Reports and evidence add up; then it is done by the owner, once, and his to-do ends."""
        self._send(files={"files": ("list.txt", b"fitters", "text/plain")})
        page = self._send(text="The others too <script>alert(1)</script>")
        self.assertIn("Half of them", page.text)
        self.assertIn("The others too", page.text)
        self.assertNotIn("<script>alert", page.text)
        self.assertEqual(self.own.attachment_ids.raw, b"fitters")
        self.assertEqual(self.url_open(f"{self.path}/file/{self.own.attachment_ids.id}").content, b"fitters")
        reports = self.own.message_ids.filtered(lambda one: one.author_id == self.employee.partner_id)
        self.assertEqual(len(reports), 2)
        self.assertEqual(self.own.state, "open")
        page = self._send(answer="done", text="")
        self.assertIn("Thank you", page.text)
        self.assertRecordValues(self.own, [{"state": "done", "done_by_id": self.employee.id}])
        self.assertTrue(self.own.date_check)
        self.assertFalse(self.own.activity_ids)
        self._send(text="Once more")
        self.assertNotIn("Once more", self.own.result)

    def test_bad_reports(self):
        """What is wrong is said in words, nothing is changed."""
        for data in (
            {"answer": "done", "text": ""},
            {"answer": "done", "text": "   "},
            {"text": ""},
            {"text": "x" * 20_001},
            {"answer": ""},
            {"answer": "effective"},
            {"files": {"files": ("virus.exe", b"MZ...", "application/octet-stream")}},
        ):
            with self.subTest(data=str(data)[:40]):
                page = self._send(**data)
                self.assertEqual(page.status_code, 422)
                self.assertIn("alert-danger", page.text)
                self.assertEqual(self.own.state, "open")
                self.assertFalse(self.own.result)
                self.assertFalse(self.own.attachment_ids)

    def test_wrong_links(self):
        """Whatever is wrong about a link leads to the same polite page."""
        other = self.env["ir.attachment"].create({"name": "secret.txt", "raw": b"secret"})
        paths = [
            f"/complaint/action/{key}"
            for key in (
                f"{self.own.id}-wrong",
                f"{self.own.id}",
                f"{self.own.id}-",
                f"{self.action.id}-{self.own.token}",
                f"{self.action.id}-False",
                f"999999999-{self.own.token}",
                "%C3%A4-%E4%B8%AD",
            )
        ]
        for path in paths:
            with self.subTest(path=path[-40:]):
                for page in (self.url_open(path), self._send(path)):
                    self.assertEqual(page.status_code, 404)
                    self.assertIn("not open any more", page.text)
        self.assertEqual(self.url_open(f"{self.path}/file/{other.id}").status_code, 404)
        self.assertEqual(self.url_open(self.path, data={"answer": "done", "text": "Done"}).status_code, 400)
        self.assertEqual(self.own.state, "open")

    def test_another_owner(self):
        """The link of who had it before leads nowhere; the new owner gets one of his own."""
        second = new_test_user(self.env, "second_t", groups="base.group_user", email="second@company.example")
        self.own.user_id = second
        self.assertNotEqual(self.path.rpartition("-")[2], self.own.token)
        self.assertEqual(self.url_open(self.path).status_code, 404)
        mail = self._mails().filtered(lambda one: second.email in (one.email_to or ""))
        self.assertIn(self.own.token, mail.body_html)
        self.assertEqual(self.own.activity_ids.user_id, second)
        self.own.action_cancel()
        self.assertEqual(self.url_open(f"/complaint/action/{self.own.id}-{self.own.token}").status_code, 404)

    def test_confidential(self):
        """Of a confidential complaint the owner learns nothing, and nobody gives him such an action."""
        self.complaint.sudo().is_confidential = True
        self.assertEqual(self.url_open(self.path).status_code, 404)
        self.authenticate("employee_t", "employee_t_password")
        page = self.url_open(MINE)
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Train the fitters", page.text)
        other = self._create_action(user_id=self.employee.id)
        with self.assertRaisesRegex(UserError, "confidential"):
            other.action_start()
        self.action.sudo().user_id = self.manager
        self.action.sudo().action_start()
        with self.assertRaisesRegex(UserError, "confidential"):
            self.action.sudo().user_id = self.employee

    def test_list_of_the_owner(self):
        """Whoever is logged in finds his own actions, nobody else's, and the to-do leads to its page."""
        self.action.action_start()
        self.authenticate("employee_t", "employee_t_password")
        page = self.url_open(MINE)
        self.assertIn("Train the fitters", page.text)
        self.assertNotIn(self.action.number, page.text)
        page = self.url_open(f"{MINE}/{self.own.id}")
        self.assertTrue(page.url.endswith(self.path), page.url)
        self.assertEqual(self.url_open(f"{MINE}/{self.action.id}").status_code, 404)
        self.assertEqual(self.url_open(f"{MINE}/999999999").status_code, 404)

    def test_overdue(self):
        """The owner is reminded once by mail; what came back is told by a to-do that leads to the page."""
        self.own.date_due = "2020-01-01"
        before = len(self._mails())
        self._run("_cron_remind")
        self._run("_cron_remind")
        mail = self._mails().filtered(lambda one: self.employee.email in (one.email_to or ""))
        self.assertEqual(len(mail), 2)
        self.assertEqual(len(self._mails()), before + 1)

    def test_sent_again(self):
        """The same link once more; whoever may not write the action does not send it."""
        self.assertTrue(self.own.is_owner_by_link)
        self.assertFalse(self.action.is_owner_by_link)
        before = self._mails()
        self.own.with_user(self.supervisor).action_send_link()
        self.assertIn(self.path, (self._mails() - before).body_html)
        with self.assertRaises(AccessError):
            self.own.with_user(self.other_handler).action_send_link()
        with self.assertRaisesRegex(UserError, "in progress"):
            self.action.action_send_link()
        self.employee.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self.own.action_send_link()

    def test_failed(self):
        """The to-do of what came back leads to the page too."""
        self._finish(self._create_action(user_id=self.employee.id))
        failed = self.env["customer.complaint.action"].search([("user_id", "=", self.employee.id)], limit=1)
        failed.sudo().write({"state": "not_effective", "date_effect": "2026-03-02"})
        failed.sudo()._tell_failed()
        todo = failed.activity_ids.filtered(lambda one: one.user_id == self.employee)
        self.assertIn(f"{MINE}/{failed.id}", todo.note)
