from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMoveTour(ComplaintCommon, HttpCase):
    def test_clicks_and_drags(self):
        """Stages clicked and cards dragged ask in a dialog for what is missing, and go on from there."""
        self.stage_waiting.needs_reason = True
        self.stage_received.requirement_ids = self.env.ref(
            "customer_complaint.customer_complaint_requirement_verdict"
        )
        complaint = self._create_complaint(name="Tour move", user_id=self.handler.id)
        self.start_tour("/odoo/my-complaints", "customer_complaint_move", login=self.handler.login)
        self.assertEqual((complaint.stage_id, complaint.verdict), (self.stage_received, "partly"))
        self.assertEqual(len(complaint.stage_history_ids), 5)


@tagged("post_install", "-at_install")
class TestStagesShown(ComplaintCommon, HttpCase):
    """What the stages above the form say before a click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_received.next_stage_ids = cls.stage_accepted
        cls.stage_proposed.entry_by = "manager"
        cls.complaint = cls._create_complaint(name="Shown stages", user_id=cls.handler.id)
        cls.address = f"/odoo/my-complaints/{cls.complaint.id}"

    def test_refused_stages_are_grey_and_explained(self):
        """A stage that may not be entered is grey with the reason as tooltip, and a click explains it."""
        self.start_tour(self.address, "customer_complaint_stages", login=self.handler.login)
        self.assertEqual(self.complaint.stage_id, self.stage_accepted)

    def test_refusals_are_those_of_the_move(self):
        """What is shown is what a move of the same user would say; readers are told that they only read."""
        for user in (self.handler, self.supervisor, self.manager):
            complaint = self.complaint.with_user(user)
            for here in (self.stage_received, self.stage_accepted, self.stage_closed):
                self._move(self.complaint, here)
                refusals = complaint.get_move_refusals()
                self.assertNotIn(here.id, refusals)
                for stage in here._get_flow(self.team) - here:
                    with self.subTest(user=user.login, here=here.name, to=stage.name):
                        said = [
                            text
                            for text, _action in complaint._say_refusals(
                                stage, stage._get_facts()[stage.id], False
                            )
                        ]
                        self.assertEqual(refusals.get(stage.id, "").lower(), "\n".join(said).lower())
                        self.assertEqual(bool(said), stage.id in refusals)
        reader = self.complaint.with_user(self.auditor).get_move_refusals()
        self.assertEqual(set(reader.values()), {"You can read this complaint, not change it."})
        self.assertEqual(len(reader), len(self.stage_received._get_flow(self.team)) - 1)
        self.assertEqual(self.complaint.with_user(self.portal).get_move_refusals(), {})
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.employee).get_move_refusals()

    def test_queries(self):
        """It costs a handful of queries, however many stages there are."""
        complaint = self.complaint.with_user(self.handler)
        complaint.get_move_refusals()
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            complaint.get_move_refusals()


@tagged("post_install", "-at_install")
class TestStagesOnTelephone(ComplaintCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_reasons_can_be_read_by_touch(self):
        """The list of stages says the reasons, as there is no mouse to hover with."""
        self.stage_received.next_stage_ids = self.stage_accepted
        complaint = self._create_complaint(user_id=self.handler.id)
        self.start_tour(
            f"/odoo/my-complaints/{complaint.id}",
            "customer_complaint_stages_small",
            login=self.handler.login,
        )
