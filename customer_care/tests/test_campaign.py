from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaign(CampaignCommon):
    """States, money, rights and bad input of campaigns."""

    def test_bad_input(self):
        """What the database refuses never gets in, whoever writes it."""
        for vals in (
            {"date_end": self.now + timedelta(days=19)},
            {"budget": -1},
            {"is_limited": True, "capacity": 0},
            {"companions_max": 51},
            {"reminder_days": -1},
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self._create_campaign(**vals)
        for vals in (
            {"date_deadline": self.now + timedelta(days=21)},
            {"online_url": "javascript:alert(1)"},
            {"target_domain": "[('no_such_field', '=', 1)]"},
            {"target_domain": "nonsense("},
            {"effect_months": "0"},
            {"effect_months": "three"},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self._create_campaign(**vals)

    def test_negative_cost(self):
        """A cost is not negative, and stays as it is once the campaign is evaluated."""
        campaign = self._create_campaign()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            campaign.cost_ids.create({"campaign_id": campaign.id, "name": "Room", "actual_amount": -5})
        cost = campaign.cost_ids.create({"campaign_id": campaign.id, "name": "Room", "actual_amount": 50})
        self.assertEqual((campaign.actual_cost, campaign.is_over_budget), (50, True))
        campaign.sudo()._set_state("evaluated")
        with self.assertRaises(UserError):
            cost.actual_amount = 60

    def test_participant_twice(self):
        """A customer is on the list once, by hand and by statement."""
        campaign = self._create_campaign()
        first = campaign._add_partners(self.customer | self.contact)
        self.assertEqual(len(first), 1)
        self.assertEqual(campaign._add_partners(self.customer), first)
        for partner in (self.customer, self.contact):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.Participant.create({"campaign_id": campaign.id, "partner_id": partner.id})

    def test_budget_needs_approval(self):
        """With a budget somebody else approves before invitations go out; without one nobody is asked."""
        free = self._create_campaign(self.supervisor)
        free._add_partners(self.customer)
        free.action_open_invitations()
        self.assertEqual(free.state, "inviting")
        campaign = self._create_campaign(self.supervisor, budget=1000)
        people = campaign._add_partners(self.customer)
        campaign.action_open_invitations()
        self.assertRecordValues(campaign.sudo(), [{"state": "draft", "approval_state": "pending"}])
        with self.assertRaises(UserError):
            people.with_user(self.supervisor).action_invite()
        campaign.with_user(self.manager).action_approve()
        campaign.action_open_invitations()
        self.assertEqual(campaign.state, "inviting")
        campaign.budget = 2000
        self.assertEqual(campaign.sudo().approval_state, "draft")
        self._send()
        self.assertEqual(people.state, "target", "a lost approval stops the mails")

    def test_states(self):
        """A campaign is started, ended and evaluated in order; nobody is left as coming."""
        campaign = self._create_campaign()
        with self.assertRaisesRegex(UserError, "Nobody is on the list"):
            campaign.action_open_invitations()
        people = self._invite(campaign, self.customer, self.other)
        with self.assertRaisesRegex(UserError, "not begun"):
            campaign.action_done()
        people[0].with_user(self.manager).action_accept()
        people[1].with_user(self.manager).action_accept()
        self._let_pass(campaign, hours=2)
        campaign.action_run()
        people[0].with_user(self.manager).action_attend()
        campaign.action_done()
        self.assertEqual(people.mapped("state"), ["attended", "absent"])
        with self.assertRaisesRegex(UserError, "evaluation"):
            campaign.action_evaluate()
        campaign.evaluation = "Good"
        campaign.action_evaluate()
        for call in (
            campaign.action_done,
            people.with_user(self.manager).action_absent,
            campaign.action_cancel,
        ):
            with self.assertRaises(UserError):
                call()
        with self.assertRaises(UserError):
            people.with_user(self.manager).write({"remark": "later"})
        campaign.action_reset()
        self.assertEqual(campaign.state, "done")

    def test_many_stayed_away(self):
        """The end of a campaign takes as many statements for many guests as for few, and tells each timeline."""
        counts = []
        for number in (2, 40):
            campaign = self._create_campaign()
            people = campaign._add_partners(
                self.env["res.partner"].create([{"name": f"Guest {number}"} for _guest in range(number)])
            )
            people.write({"state": "accepted"})
            self._let_pass(campaign, hours=2)
            campaign.action_run()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            campaign.action_done()
            counts.append(self.cr.sql_log_count - start)
            self.assertEqual(set(people.mapped("state")), {"absent"})
            rows = self.env["customer.care.event"].search([("partner_id", "in", people.partner_id.ids)])
            self.assertEqual(
                rows.mapped(lambda row: (row.kind, row.summary, row.user_id, row.company_id)),
                [("campaign_absent", campaign.name, self.manager, campaign.company_id)] * number,
            )
            self.assertEqual(rows.commercial_partner_id, people.partner_id)
        self.assertEqual(*counts)

    def test_cost_figures(self):
        """Cost per attendee counts customers who came, cost per reached customer all who were invited."""
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer, self.other)
        campaign.cost_ids.create({"campaign_id": campaign.id, "name": "Room", "actual_amount": 300})
        self.assertEqual((campaign.cost_by_attendee, campaign.cost_by_reached), (0, 150))
        people[0].with_user(self.manager).action_attend()
        self.assertEqual((campaign.cost_by_attendee, campaign.cost_by_reached), (300, 150))

    def test_attendance_is_noted(self):
        """Who came has it in the timeline and the contact log, once, and a mistake is taken back."""
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer).with_user(self.manager)
        self._let_pass(campaign, hours=1)
        people.action_attend()
        people.action_attend()
        self.assertEqual(self._get_kinds(self.customer).count("campaign_attended"), 1)
        logs = self.env["customer.contact.log"].search(
            [("res_model", "=", people._name), ("res_id", "=", people.id)]
        )
        self.assertRecordValues(logs, [{"kind": "event", "source": "campaign", "duration_minutes": 240}])
        people.action_undo_attendance()
        self.assertEqual(people.state, "invited")

    # Rights

    def test_guarded_fields(self):
        """No role writes what only buttons set, neither on creation nor by a default of the context."""
        campaign = self._create_campaign()
        people = campaign._add_partners(self.customer)
        for record, names in (
            (campaign, ("state", "date_effect")),
            (
                people.with_user(self.manager),
                ("state", "token", "mail_due", "date_answered", "is_walk_in", "res_id"),
            ),
        ):
            for name in names:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    record.write({name: False})
        vals = {"campaign_id": campaign.id, "partner_id": self.other.id}
        Participant = self.Participant.with_user(self.manager)
        with self.assertRaises(AccessError):
            Participant.with_context(default_token="x").create(vals)
        one = Participant.with_context(default_state="attended").create(vals)
        self.assertEqual(one.state, "target")
        self.assertGreater(len(one.sudo().token), 40)
        with self.assertRaises(AccessError):
            self.env["customer.care.campaign.effect"].with_user(self.manager).create(
                {"campaign_id": campaign.id, "months": 3, "figure": "amount", "group": "attended"}
            )

    def test_roles(self):
        """Specialists see the people they look after; only those who work on a campaign change it."""
        campaign = self._create_campaign(user_id=self.other_specialist.id)
        self.customer.care_user_id = self.specialist
        people = campaign._add_partners(self.customer | self.other)
        seen = self.Participant.with_user(self.specialist).search([("campaign_id", "=", campaign.id)])
        self.assertEqual(seen.partner_id, self.customer)
        self.assertEqual(campaign.with_user(self.specialist).target_count, 2)
        with self.assertRaises(AccessError):
            campaign.with_user(self.specialist).write({"location": "Here"})
        with self.assertRaises(AccessError):
            campaign.with_user(self.specialist).action_open_invitations()
        campaign.with_user(self.other_specialist).write({"location": "Here"})
        self.assertEqual(
            self.Participant.with_user(self.other_specialist).search([("campaign_id", "=", campaign.id)]),
            people,
        )
        auditor = people.with_user(self.auditor)
        auditor.mapped("state")
        campaign.with_user(self.auditor).read(["name", "effect_html"])
        for call in (auditor.action_attend, campaign.with_user(self.auditor).action_cancel):
            with self.assertRaises(AccessError):
                call()
        for user in (self.employee, self.portal, self.public):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.Participant.with_user(user).search([])
        with self.assertRaises(AccessError):
            campaign.with_user(self.specialist).action_reset()

    def test_two_companies(self):
        """Nobody sees the campaigns of another company, and no customer of it is meant."""
        company = self.env["res.company"].create({"name": "Other Company"})
        foreign = self._create_customer("Foreign", company_id=company.id, email="a@foreign.test")
        campaign = self._create_campaign()
        self.assertNotIn(foreign.id, [row[0] for row in campaign.sudo()._find_targets()])
        self.manager.company_ids |= company
        elsewhere = self.Campaign.create(
            {
                "name": "Elsewhere",
                "company_id": company.id,
                "date_begin": self.now,
                "date_end": self.now + timedelta(hours=1),
                "user_id": False,
            }
        )
        self.assertNotIn(elsewhere, self.Campaign.with_user(self.supervisor).search([]))
        with self.assertRaises(UserError):
            self.Participant.create({"campaign_id": campaign.id, "partner_id": foreign.id})

    def test_form(self):
        """The form of a new campaign fills its end; a contact chosen becomes the contact person."""
        form = Form(self.Campaign.with_user(self.manager))
        form.name = "Training"
        form.date_begin = self.now + timedelta(days=3)
        campaign = form.save()
        self.assertEqual(campaign.date_end - campaign.date_begin, timedelta(hours=2))
        row = Form(self.Participant.with_user(self.manager).with_context(default_campaign_id=campaign.id))
        row.partner_id = self.contact
        one = row.save()
        self.assertEqual((one.partner_id, one.contact_id), (self.customer, self.contact))
        copy = campaign.copy()
        self.assertRecordValues(copy, [{"state": "draft", "target_count": 0}])

    def test_unlink(self):
        """Drafts and people who were not invited can be removed, the rest is history."""
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer)
        with self.assertRaises(UserError):
            campaign.unlink()
        with self.assertRaises(UserError):
            people.with_user(self.manager).unlink()
        draft = self._create_campaign()
        draft._add_partners(self.customer)
        draft.unlink()
