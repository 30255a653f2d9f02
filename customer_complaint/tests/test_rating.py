from lxml import etree
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestRating(ComplaintCommon):
    """The ratings of complaints, by team and by who may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team = cls._create_team(name="Other", user_id=cls.manager.id)
        cls.mine = cls._rate(5, feedback="Thank you", user_id=cls.handler.id)
        cls.ours = cls._rate(3)
        cls.theirs = cls._rate(1, team_id=cls.other_team.id, user_id=cls.other_handler.id)
        cls.unrated = cls._create_complaint(team_id=cls.team.id)
        cls.unrated._rating_get_access_token()
        cls.Rating = cls.env["customer.complaint.rating"]

    @classmethod
    def _rate(cls, rating, feedback=None, **vals):
        complaint = cls._create_complaint(**{"team_id": cls.team.id, "partner_id": cls.customer.id, **vals})
        complaint.rating_apply(rating, token=complaint._rating_get_access_token(), feedback=feedback)
        return complaint

    def _see(self, user):
        return self.Rating.with_user(user).search(
            [("complaint_id", "in", (self.mine + self.ours + self.theirs).ids)]
        )

    def test_row(self):
        """A row says what was rated how, and follows the complaint to another team or handler."""
        row = self.Rating.search([("complaint_id", "=", self.mine.id)])
        self.assertRecordValues(
            row,
            [
                {
                    "team_id": self.team.id,
                    "user_id": self.handler.id,
                    "partner_id": self.customer.id,
                    "rating": 5,
                    "rating_text": "top",
                    "feedback": "Thank you",
                }
            ],
        )
        self.assertTrue(row.datetime)
        self.assertFalse(self.Rating.search([("complaint_id", "=", self.unrated.id)]))
        self.mine.team_id = self.other_team
        row.invalidate_recordset()
        self.assertEqual(self.Rating.search([("complaint_id", "=", self.mine.id)]).team_id, self.other_team)

    def test_average_of_the_team(self):
        """Average and number count what was rated, in one query for all teams; none is no zero among them."""
        empty = self._create_team(name="Empty")
        teams = self.team + self.other_team + empty
        self.assertEqual(teams.mapped("rating_count"), [2, 1, 0])
        self.assertEqual(teams.mapped("rating_average"), [4.0, 1.0, 0.0])
        action = self.team.action_open_ratings()
        self.assertEqual(self.Rating.search(action["domain"]).complaint_id, self.mine + self.ours)

    def test_team_opens_for_every_employee(self):
        """Who may read a team may open it: without the complaints it has no ratings."""
        team = self.team.with_user(self.employee)
        for kind in ("form", "kanban", "list"):
            arch = etree.fromstring(team.get_view(view_type=kind)["arch"])
            names = {field.get("name") for field in arch.xpath("//field[not(ancestor::field)]")}
            values = team.read(sorted(names))[0]
        self.assertEqual((team.rating_count, team.rating_average), (0, 0.0))
        self.assertEqual(values["name"], self.team.name)

    def test_who_sees_what(self):
        """A rating is seen as its complaint is."""
        for user in (
            self.handler,
            self.other_handler,
            self.supervisor,
            self.manager,
            self.director,
            self.auditor,
        ):
            complaints = self.env["customer.complaint"].with_user(user)
            visible = complaints.search([("id", "in", (self.mine + self.ours + self.theirs).ids)])
            self.assertEqual(self._see(user).complaint_id, visible, user.login)
        self.assertEqual(len(self._see(self.manager)), 3)
        self.assertLess(len(self._see(self.other_handler)), 3)
        self.mine.is_confidential = True
        self.assertNotIn(self.mine, self._see(self.other_handler).complaint_id)
        for user in (self.employee, self.portal):
            with self.assertRaises(AccessError):
                self._see(user)

    def test_other_company(self):
        """Whoever works for one company does not see the ratings of the other."""
        company = self.env["res.company"].create({"name": "Second"})
        team = self._create_team(name="There", company_id=company.id)
        complaint = self._rate(1, company_id=company.id, team_id=team.id, partner_id=False)
        self.assertFalse(self.Rating.with_user(self.manager).search([("complaint_id", "=", complaint.id)]))

    def test_nobody_writes(self):
        """Ratings come from customers alone."""
        row = self._see(self.manager)[:1]
        for values in ({"rating": 1}, {"feedback": "x"}):
            with self.assertRaises(AccessError):
                row.write(values)
        with self.assertRaises(AccessError):
            row.unlink()
