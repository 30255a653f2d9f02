from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaignAnswer(CampaignCommon):
    """Answers, seats and the waiting list."""

    def test_answers(self):
        """Yes, no, and yes again; the same answer twice changes and mails nothing."""
        campaign = self._create_campaign(companions_max=2)
        one = self._invite(campaign, self.customer)
        self.assertEqual(one._answer("yes", 1, "Vegetarian"), "accepted")
        self.assertRecordValues(one, [{"state": "accepted", "companions": 1, "remark": "Vegetarian"}])
        before = len(self._get_mails(one))
        one._answer("yes", 1, "Vegetarian")
        self.assertEqual(len(self._get_mails(one)), before)
        one._answer("no", 1)
        self.assertRecordValues(one, [{"state": "declined", "companions": 0}])
        self.assertEqual(
            self._get_kinds(self.customer)[-3:],
            ["campaign_invited", "campaign_accepted", "campaign_declined"],
        )

    def test_refused_answers(self):
        """Bad answers, too many companions, late ones and those to a cancelled campaign are refused."""
        campaign = self._create_campaign(companions_max=1, date_deadline=self.now + timedelta(days=5))
        one = self._invite(campaign, self.customer)
        for choice, companions in (("maybe", 0), ("yes", 2), ("yes", -1), ("yes", "1"), (None, 0)):
            with self.subTest(choice=choice, companions=companions), self.assertRaises(UserError):
                one._answer(choice, companions)
        campaign.sudo().date_deadline = self.now - timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "any more"):
            one._answer("yes")
        campaign.sudo().date_deadline = self.now + timedelta(days=5)
        campaign.action_cancel()
        with self.assertRaisesRegex(UserError, "any more"):
            one._answer("yes")

    def test_waiting_list(self):
        """Who comes after the last seat waits; the first of them who fits moves up when somebody cancels."""
        campaign = self._create_campaign(is_limited=True, capacity=2, companions_max=3)
        third, fourth = (self._create_customer(name, email=f"{name}@x.test") for name in ("Third", "Fourth"))
        people = self._invite(campaign, self.customer, self.other, third, fourth).sorted("id")
        first, second, large, last = people
        self.assertEqual(first._answer("yes", 1), "accepted")
        self.assertEqual(large._answer("yes", 2), "waiting")
        large.date_answered = self.now - timedelta(hours=1)
        self.assertEqual(second._answer("yes"), "waiting")
        self.assertEqual(last._answer("yes"), "waiting")
        second.date_answered = self.now - timedelta(minutes=5)
        with self.assertRaisesRegex(UserError, "not enough free seats"):
            first._answer("yes", 2)
        first._answer("no")
        self.assertEqual(people.mapped("state"), ["declined", "accepted", "waiting", "accepted"])
        self.assertEqual((campaign.seats_taken, campaign.seats_left), (2, 0))
        campaign.capacity = 5
        self.assertEqual(large.state, "accepted")
        with self.assertRaises(UserError):
            campaign.capacity = 4
        self._send()
        subjects = self._get_mails(large).mapped("subject")
        self.assertTrue(any(subject.startswith("A seat is free") for subject in subjects), subjects)

    def test_last_seat_makes_the_second_start_anew(self):
        """Two answers for the last seat: each one writes the row of the campaign, so the later one is repeated.

        Odoo repeats a request whose transaction saw an older version of a row that it writes.
        """
        campaign = self._create_campaign(is_limited=True, capacity=1)
        one = self._invite(campaign, self.customer)
        self.env.flush_all()
        self.cr.execute("SELECT xmin, ctid FROM customer_care_campaign WHERE id = %s", [campaign.id])
        before = self.cr.fetchone()
        one._answer("yes")
        self.cr.execute("SELECT xmin, ctid FROM customer_care_campaign WHERE id = %s", [campaign.id])
        self.assertNotEqual(before, self.cr.fetchone())

    def test_keys(self):
        """Only the whole key opens an invitation, and neither an erased nor an archived customer's does."""
        one = self._invite(self._create_campaign(), self.customer)
        token = one.sudo().token
        self.assertEqual(self.Participant._find(f"{one.id}-{token}"), one)
        for key in (
            "",
            "-",
            f"{one.id}-",
            f"{one.id}-{token[:-1]}",
            f"{one.id}-é",
            f"x-{token}",
            f"{one.id + 1}-{token}",
        ):
            with self.subTest(key=key):
                self.assertFalse(self.Participant._find(key))
        self.customer.action_archive()
        self.assertFalse(self.Participant._find(f"{one.id}-{token}"))
        self.customer.action_unarchive()
        (self.customer | self.contact)._care_anonymize()
        one.invalidate_recordset()
        self.assertFalse(self.Participant._find(f"{one.id}-{token}"))
        self.assertFalse(self.Participant._find(f"{one.id}-False"))

    def test_staff_and_companions(self):
        """An answer by phone counts like one of the page; companions that do not fit are refused."""
        campaign = self._create_campaign(is_limited=True, capacity=2, companions_max=5)
        one = self._invite(campaign, self.customer).with_user(self.manager)
        one.action_accept()
        self.assertEqual(one.state, "accepted")
        with self.assertRaises(UserError):
            one.write({"companions": 2})
        one.write({"companions": 1})


@tagged("post_install", "-at_install")
class TestCampaignPages(CampaignCommon, HttpCase):
    """What the customer sees, with a link and in the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls._create_campaign(companions_max=2, location="Hall 7", description="<p>Come!</p>")
        cls.one = cls._invite(cls.campaign, cls.customer)
        cls.path = f"/care/event/{cls.one.id}-{cls.one.sudo().token}"

    def _post(self, path, **vals):
        page = self.url_open(path)
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        return self.url_open(path, data={"csrf_token": token, **vals})

    def test_looking_changes_nothing(self):
        """Opening the links of the mail, as scanners do, answers for nobody."""
        for query in ("", "?answer=yes", "?answer=no"):
            page = self.url_open(self.path + query)
            self.assertEqual(page.status_code, 200)
            self.assertIn("Hall 7", page.text)
        self.one.invalidate_recordset()
        self.assertEqual(self.one.state, "invited")
        self.assertEqual(page.headers["Cache-Control"], "no-store")

    def test_answer_by_link(self):
        """A yes is noted; a bad one is shown again with what is wrong; without csrf token nothing is taken."""
        page = self._post(self.path, answer="yes", companions="1", remark="Late")
        self.assertIn("noted your answer", page.text)
        self.one.invalidate_recordset()
        self.assertRecordValues(self.one, [{"state": "accepted", "companions": 1, "remark": "Late"}])
        for companions in ("9", "abc", "-1"):
            page = self._post(self.path, answer="yes", companions=companions)
            self.assertEqual(page.status_code, 422, companions)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(self.path, data={"answer": "no"}).status_code, 400)
        self.one.invalidate_recordset()
        self.assertEqual(self.one.state, "accepted")

    def test_answer_with_anything_in_it(self):
        """Code in a remark stays text; a remark of 100 kB is refused before it is read."""
        page = self._post(self.path, answer="yes", remark="</textarea><script>alert(1)</script>")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("<script>alert(1)", page.text)
        self.assertIn("&lt;script&gt;alert(1)", page.text)
        with mute_logger("odoo.http"):
            self.assertEqual(self._post(self.path, answer="no", remark="x" * 100_000).status_code, 413)
        self.one.invalidate_recordset()
        self.assertEqual(self.one.state, "accepted")

    def test_closed_links(self):
        """A wrong link says nothing about anybody; a cancelled campaign says so and takes no answer."""
        page = self.url_open(f"/care/event/{self.one.id}-guess")
        self.assertEqual(page.status_code, 404)
        self.assertNotIn("Wind", page.text)
        self.campaign.action_cancel()
        page = self.url_open(self.path)
        self.assertIn("cancelled", page.text)
        self.assertNotIn('name="answer"', page.text)
        self._let_pass(self.campaign, days=40)
        self.assertEqual(self.url_open(self.path).status_code, 404)

    def test_portal(self):
        """A portal user sees and answers the invitations of the own company, and no others."""
        new_test_user(
            self.env,
            "wind_portal_user",
            groups="base.group_portal",
            partner_id=self.contact.id,
            email="a@wind.test",
        )
        foreign = self._invite(self._create_campaign(name="Secret"), self.other)
        self.authenticate("wind_portal_user", "wind_portal_user")
        page = self.url_open("/my/care/events")
        self.assertIn("Customer Day", page.text)
        self.assertNotIn("Secret", page.text)
        self.assertIn("My Events", self.url_open("/my").text)
        page = self.url_open(f"/my/care/events/{foreign.id}")
        self.assertNotIn("Secret", page.text)
        self._post(f"/my/care/events/{self.one.id}", answer="no")
        self.one.invalidate_recordset()
        self.assertEqual(self.one.state, "declined")
        page = self.url_open("/my/care/events")
        token = self.url_open(f"/my/care/events/{self.one.id}").text.partition('csrf_token" value="')[2][:60]
        self.url_open(
            f"/my/care/events/{foreign.id}", data={"csrf_token": token.partition('"')[0], "answer": "no"}
        )
        foreign.invalidate_recordset()
        self.assertEqual(foreign.state, "invited")
