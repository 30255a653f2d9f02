from lxml import html
from odoo.tests import HttpCase, tagged

from .test_task import TaskCommon


@tagged("post_install", "-at_install")
class TestTaskPage(TaskCommon, HttpCase):
    """The page behind the link of a department task."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.task = cls._create_task()
        cls.task.action_hand_over()
        cls.path = f"/complaint/task/{cls.task.id}-{cls.task.token}"

    def _send(self, path=None, files=None, csrf=None, **data):
        if csrf is None:
            page = self.url_open(self.path)
            csrf = html.fromstring(page.text).xpath("//input[@name='csrf_token']/@value")
            csrf = csrf[0] if csrf else ""
        data = {"csrf_token": csrf, "answer": "done", "text": "It was the seal", "name": "Kai", **data}
        return self.url_open(path or self.path, data=data, files=files)

    def test_shows_the_task_alone(self):
        """Title, text and deadline, nothing of the complaint or its customer; looking changes nothing."""
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Test the seal", page.text)
        self.assertIn("It leaks at the flange.", page.text)
        for secret in (self.complaint.number, self.complaint.name, "Lin Wei", "lin.wei@"):
            self.assertNotIn(secret, page.text)
        self.assertEqual(self.task.state, "open")
        self.assertEqual(page.headers["Cache-Control"], "no-store")

    def test_answer_with_files(self):
        page = self._send(files={"files": ("report.txt", b"seal of batch 7", "text/plain")})
        self.assertIn("Thank you", page.text)
        self.assertRecordValues(self.task, [{"state": "done", "done_by": "Kai"}])
        self.assertIn("It was the seal", self.task.result)
        self.assertEqual(self.task.message_attachment_count, 1)
        self.assertTrue(self.complaint.activity_ids.filtered(lambda one: one.user_id == self.handler))
        self._send(text="Once more", csrf="")
        self.assertNotIn("Once more", self.task.result)

    def test_return(self):
        self._send(answer="return", text="Which pump?")
        self.assertRecordValues(self.task, [{"state": "returned", "return_reason": "Which pump?"}])
        self.assertIn("was returned", self.url_open(self.path).text)

    def test_bad_answers(self):
        """What is wrong is said in words, what was written stays, nothing is changed."""
        for data in (
            {"text": ""},
            {"text": "   "},
            {"text": "x" * 20_001},
            {"answer": ""},
            {"answer": "cancel"},
            {"name": "x" * 101},
            {"files": {"files": ("virus.exe", b"MZ...", "application/octet-stream")}},
            {"files": {"files": ("empty.txt", b"", "text/plain")}},
        ):
            with self.subTest(data=str(data)[:40]):
                page = self._send(**data)
                self.assertEqual(page.status_code, 422)
                self.assertIn("alert-danger", page.text)
                self.assertEqual(self.task.state, "open")

    def test_scripts_are_not_stored(self):
        self._send(text="<script>alert(1)</script>", name="<b>Kai</b>")
        self.assertNotIn("<script", self.task.result)
        self.assertNotIn(
            "<script", self.url_open(self.path).text.replace("<script id", "").split("It leaks")[-1][:300]
        )

    def test_wrong_links(self):
        """Whatever is wrong about a link leads to the same polite page."""
        draft = self._create_task()
        cancelled = self._create_task()
        cancelled.action_hand_over()
        cancelled.action_cancel()
        paths = [
            f"/complaint/task/{key}"
            for key in (
                f"{self.task.id}-wrong",
                f"{self.task.id}",
                f"{self.task.id}-",
                f"999999999-{self.task.token}",
                f"{draft.id}-{draft.token}",
                f"{cancelled.id}-{cancelled.token}",
                f"{draft.id}-{self.task.token}",
                "%C3%A4-%E4%B8%AD",
                "-1-x",
                "x" * 500,
            )
        ]
        for path in paths:
            with self.subTest(path=path[-40:]):
                for page in (self.url_open(path), self._send(path)):
                    self.assertEqual(page.status_code, 404)
                    self.assertIn("not open any more", page.text)

    def test_link_of_who_has_it_no_more(self):
        """Given back and put to somebody else, it has another link; who has left the company opens none."""
        self._send(answer="return", text="Not ours")
        self.task.email = "workshop@company.example"
        self.task.action_hand_over()
        self.assertEqual(self.url_open(self.path).status_code, 404)
        path = f"/complaint/task/{self.task.id}-{self.task.token}"
        self.assertEqual(self.url_open(path).status_code, 200)
        own = self._create_task(department_id=False, user_id=self.employee.id)
        own.action_hand_over()
        path = f"/complaint/task/{own.id}-{own.token}"
        self.assertEqual(self.url_open(path).status_code, 200)
        self.employee.active = False
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_link_stays_with_who_has_it(self):
        """Other words, and a second handing over to the same, leave the link as it is."""
        self._send(answer="return", text="Which pump?")
        self.task.write({"briefing": "<p>The red one</p>", "email": "quality@company.example"})
        self.task.action_hand_over()
        self.assertEqual(self.url_open(self.path).status_code, 200)

    def test_files_for_them(self):
        """Only the files of the task are handed out, by its link alone."""
        attachment, other = self.env["ir.attachment"].create(
            [{"name": "photo.txt", "raw": b"flange"}, {"name": "secret.txt", "raw": b"secret"}]
        )
        self.task.attachment_ids = attachment
        self.assertIn("photo.txt", self.url_open(self.path).text)
        self.assertEqual(self.url_open(f"{self.path}/file/{attachment.id}").content, b"flange")
        for path in (
            f"{self.path}/file/{other.id}",
            f"{self.path}/file/99999999",
            f"/complaint/task/{self.task.id}-wrong/file/{attachment.id}",
        ):
            self.assertEqual(self.url_open(path).status_code, 404)

    def test_without_csrf(self):
        """A form of another site answers nothing."""
        self.assertEqual(self._send(csrf="wrong").status_code, 400)
        self.assertEqual(self.task.state, "open")

    def test_language_of_the_addressee(self):
        """The page speaks the language of the employee who does the task."""
        self.env["res.lang"]._activate_lang("fr_FR")
        task = self._create_task(user_id=self.employee.id)
        self.employee.lang = "fr_FR"
        task.action_hand_over()
        page = self.url_open(f"/complaint/task/{task.id}-{task.token}")
        active = html.fromstring(page.text).xpath(
            "//a[contains(@class, 'js_change_lang active')]/@data-url_code"
        )
        self.assertEqual(active, ["fr"])
