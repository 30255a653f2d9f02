from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_merge import MergeCommon
from .test_portal import ComplaintPortalCommon


@tagged("post_install", "-at_install")
class TestMergeSecrecy(MergeCommon):
    """Merging brings nothing to light that was told in confidence."""

    def test_secret_and_public_are_not_merged(self):
        """Words would move to where others read them: in neither direction, whoever is complained of."""
        accused = [Command.set(self.other_handler.ids)]
        for vals in ({"is_confidential": True}, {"is_identity_protected": True}):
            secret = self._create_complaint(name="Secret", **vals)
            for source, main in ((secret, self.main), (self.main, secret)):
                with (
                    self.subTest(vals=vals, main=main.name),
                    self.assertRaisesRegex(UserError, secret.number),
                ):
                    self._merge(source, main, self.manager)
        secret, same = (self._create_complaint(is_confidential=True, accused_ids=accused) for _i in range(2))
        with self.assertRaises(UserError):
            self._merge(secret, self._create_complaint(is_confidential=True), self.manager)
        self._merge(secret, same, self.manager)
        self.assertEqual(secret.merged_into_id, same)

    def test_what_was_merged_becomes_secret_too(self):
        """It tells the same story, also where who handled it is now complained of."""
        self.second.user_id = self.other_handler
        self.second.helper_ids = self.other_handler | self.supervisor
        self._merge(self.second, self.main)
        self.main.with_user(self.manager).write(
            {"is_confidential": True, "accused_ids": [Command.link(self.other_handler.id)]}
        )
        self.assertTrue(self.second.is_confidential)
        self.assertFalse(self.second.user_id)
        self.assertEqual(self.second.helper_ids, self.supervisor)
        self.assertFalse(self.second.with_user(self.other_handler).has_access("read"))
        self.main.with_user(self.manager).is_identity_protected = True
        self.assertTrue(self.second.is_identity_protected)

    def test_category_protects_what_was_merged(self):
        self._merge(self.second, self.main)
        self.main.category_id = self.env["customer.complaint.category"].create(
            {"name": "Whistle", "protects_identity": True}
        )
        self.assertTrue(self.main.is_identity_protected)
        self.assertTrue(self.second.is_identity_protected)

    def test_links_name_nothing(self):
        """Where a complaint is linked its title is read as superuser: not of one the reader may not see."""
        later = self._create_complaint(name="Later", user_id=self.other_handler.id)
        later.previous_id = self.main
        self.main.write({"name": "He shouted", "is_confidential": True})
        for user, is_seen in ((self.manager, True), (self.other_handler, False), (self.supervisor, False)):
            self.assertEqual(self.main.with_user(user).has_access("read"), is_seen)
            [values] = later.with_user(user).web_read({"previous_id": {"fields": {"display_name": {}}}})
            name = later.with_user(user).read(["previous_id"])[0]["previous_id"][1]
            with self.subTest(user=user.login):
                for text in (name, values["previous_id"] and values["previous_id"]["display_name"] or ""):
                    self.assertEqual("shouted" in text, is_seen)
                    if not is_seen:
                        self.assertNotIn(self.main.number, text)


@tagged("post_install", "-at_install")
class TestMergedLink(ComplaintPortalCommon):
    """The page of a merged complaint leads on, but hands nobody the link of one that he may not see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.care_complaint_colleagues = "company"
        cls.main = cls.complaint.copy({"name": "Main one"})
        cls.handler_user = cls.env["res.users"].create(
            {
                "name": "Hal",
                "login": "hal_t",
                "password": "hal_txxx",
                "group_ids": [Command.link(cls.env.ref("customer_complaint.group_complaint_user").id)],
            }
        )
        (cls.complaint | cls.main).user_id = cls.handler_user
        cls.complaint.sudo()._write_dates({"merged_into_id": cls.main.id})
        cls.link = f"{cls.url}?access_token={cls.complaint._portal_ensure_token()}"

    def _leads_on(self, url):
        address = self.url_open(url, allow_redirects=False).headers.get("Location", "")
        return f"/my/complaints/{self.main.id}" in address

    def test_who_is_led_on(self):
        for user, url, expected in (
            (self.owner, self.url, True),
            (self.colleague, self.url, True),
            (self.handler_user, self.url, True),
            (None, self.link, True),
            (None, self.url, False),
        ):
            self._login(user)
            with self.subTest(user=user and user.login, url=url):
                self.assertEqual(self._leads_on(url), expected)

    def test_secret_main_one(self):
        """Only its customer is led on: not his colleagues, not those who saw what was merged, not by a wrong link."""
        # as if it had been kept apart from the other before that was possible no more
        self.env.cr.execute(
            "UPDATE customer_complaint SET is_confidential = TRUE, user_id = %s WHERE id = %s",
            [self.handler.id, self.main.id],
        )
        self.env.invalidate_all()
        for user, url, expected in (
            (self.colleague, self.url, False),
            (self.handler_user, self.url, False),
            (self.handler_user, f"{self.url}?access_token=wrong", False),
            (self.owner, self.url, True),
            (None, self.link, True),
        ):
            self._login(user)
            with self.subTest(user=user and user.login, url=url):
                self.assertEqual(self._leads_on(url), expected)
