import base64

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .campaign_common import CampaignCommon
from .plan_common import TODAY, PlanCommon

# A field of customers that specialists may not read.
HIDDEN = "[('signup_type', '=', False)]"
PATH = "[('partner_id.signup_type', '=', False)]"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPlanAttacks(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_b = cls.env["res.company"].create({"name": "Second"})
        cls.manager_b = cls._create_user(
            "manager_b",
            "customer_care.group_care_manager",
            company_id=cls.company_b.id,
            company_ids=[Command.set(cls.company_b.ids)],
        )
        cls.customer_b = cls._create_customer("Secret", email="secret@b.test", company_id=cls.company_b.id)

    def test_size_of_a_segment_tells_nothing_hidden(self):
        """A filter works by the rights of who writes it: no counting by fields or rows that he may not read."""
        vals = {"name": "x", "scope": "segment"}
        with self.assertRaises(UserError):
            self.Plan.with_user(self.specialist).create({**vals, "domain": HIDDEN})
        foreign = self.env["customer.callback"].create(
            {
                "partner_id": self._create_customer("Shared", is_company=True).id,
                "subject": "x",
                "company_id": self.company_b.id,
                "user_id": self.manager_b.id,
            }
        )
        domain = str([("id", "=", foreign.partner_id.id)])
        plan = self.Plan.with_user(self.specialist).create({**vals, "domain": domain})
        self.assertEqual(plan.customer_count, 1)
        with self.assertRaises(ValidationError):
            plan.domain = "-" * 100000 + "1"
        for model, more in (
            ("customer.callback.rule", {"trigger": "filter", "repeat_days": 9, "partner_domain": HIDDEN}),
            ("customer.care.occasion", {"channel": "letter", "domain": HIDDEN}),
            ("customer.grading.scheme", {"scope": HIDDEN}),
            (
                "customer.retention.rule",
                {"kind": "callback", "months": 9, "action": "delete", "domain": PATH},
            ),
        ):
            with self.subTest(model=model), self.assertRaises(UserError):
                self.env[model].with_user(self.admin).create({"name": "x", **more})

    def test_work_is_for_employees_of_the_company(self):
        """Nobody gets work, and mails about it, who is a customer or of another company."""
        plan = self._create_plan(is_filled=False)
        vals = {"partner_id": self.customer.id, "name": "x", "subject": "x"}
        for model, more in (
            ("customer.care.plan", {"name": "x"}),
            ("customer.care.measure", {"plan_id": plan.id, "name": "x"}),
            ("customer.care.gift", {"name": "x"}),
            ("customer.contact.log", {"subject": "x"}),
            ("customer.callback", {"subject": "x"}),
        ):
            own = {} if model == "customer.care.measure" else {"partner_id": vals["partner_id"]}
            for user in (self.portal, self.manager_b):
                with self.subTest(model=model, user=user.name), self.assertRaises(UserError):
                    self.env[model].with_user(self.specialist).create({**own, **more, "user_id": user.id})

    def test_consents_are_of_the_customers_company(self):
        """Nobody sees or notes decisions of customers of another company, or hands their data out."""
        purpose = self.env["customer.consent.purpose"].search([], limit=1)
        vals = {
            "partner_id": self.customer_b.id,
            "purpose_id": purpose.id,
            "state": "refused",
            "source": "phone",
        }
        consent = self.env["customer.consent"].create(vals)
        shared = self.env["customer.consent"].create({**vals, "partner_id": self.customer.id})
        for user, seen in (
            (self.specialist, shared),
            (self.manager, shared),
            (self.manager_b, consent | shared),
        ):
            with self.subTest(user=user.login):
                found = self.env["customer.consent"].with_user(user)
                self.assertEqual(found.search([("id", "in", (consent | shared).ids)]), seen)
        with self.assertRaises(AccessError):
            self.env["customer.consent"].with_user(self.specialist).create(vals)
        Request = self.env["customer.privacy.request"]
        both = self.manager.company_ids | self.company_b
        self.manager.company_ids = both
        for user in (self.specialist, self.manager):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                Request.with_user(user).create({"partner_id": self.customer_b.id, "kind": "access"})
        own = {"partner_id": self.customer_b.id, "kind": "access", "company_id": self.company_b.id}
        Request.with_user(self.manager).with_context(allowed_company_ids=both.ids).create(own)

    def test_documents_name_no_foreign_document(self):
        """A need and a gift name no call and no measure that who writes them does not see."""
        callback = self.env["customer.callback"].create(
            {
                "partner_id": self.customer_b.id,
                "subject": "x",
                "company_id": self.company_b.id,
                "user_id": self.manager_b.id,
            }
        )
        Need = self.env["customer.need"].with_user(self.specialist)
        vals = {"name": "x", "partner_id": self.customer.id}
        need = Need.create(vals)
        for call in (
            lambda: Need.create({**vals, "callback_id": callback.id}),
            lambda: Need.with_context(default_callback_id=callback.id).create(vals),
            lambda: need.write({"callback_id": callback.id}),
        ):
            with self.assertRaises(AccessError):
                call()
        plan = self.Plan.create(
            {
                "name": "x",
                "partner_id": self.customer_b.id,
                "company_id": self.company_b.id,
                "user_id": self.manager_b.id,
            }
        )
        measure = self.env["customer.care.measure"].create(
            {"plan_id": plan.id, "name": "Very secret", "kind": "gift"}
        )
        with self.assertRaises(UserError) as caught:
            self.env["customer.care.gift"].with_user(self.specialist).create(
                {**vals, "measure_id": measure.id}
            )
        self.assertNotIn("Very secret", str(caught.exception))

    def test_dialogs_are_of_who_opened_them(self):
        """Colleagues neither read what is about to be written, nor change what is about to be confirmed."""
        dialog = self.env["customer.grade.migration"].with_user(self.supervisor).create({})
        self.assertTrue(dialog.read(["date_from"]))
        for user in (self.manager, self.director, self.admin):
            other = dialog.with_user(user)
            with self.subTest(user=user.login):
                self.assertTrue(other.browse().has_access("write"))
                self.assertFalse(other.search([("id", "=", dialog.id)]))
                for call in (
                    lambda other=other: other.read(["date_from"]),
                    lambda other=other: other.write({"date_from": "2020-01-01"}),
                    other.unlink,
                ):
                    with self.assertRaises(AccessError):
                        call()

    def test_dialogs_show_no_foreign_document(self):
        """A dialog that names a document of another company shows nothing of it."""
        callback = self.env["customer.callback"].create(
            {
                "partner_id": self.customer_b.id,
                "subject": "x",
                "company_id": self.company_b.id,
                "user_id": self.manager_b.id,
            }
        )
        plan = self.Plan.create(
            {
                "name": "x",
                "partner_id": self.customer_b.id,
                "company_id": self.company_b.id,
                "user_id": self.manager_b.id,
            }
        )
        measure = self.Measure.create({"plan_id": plan.id, "name": "x", "cost": 77})
        for model, vals, name in (
            ("customer.callback.letter", {"callback_id": callback.id}, "email"),
            ("customer.callback.letter", {"callback_id": callback.id}, "partner_id"),
            ("customer.care.measure.done", {"measure_id": measure.id}, "planned_cost"),
        ):
            with self.subTest(model=model, name=name), self.assertRaises(AccessError):
                dialog = self.env[model].with_user(self.specialist).create(vals)
                dialog.env.flush_all()
                self.env.invalidate_all()
                dialog.read([name])
        name = {"fields": {"display_name": {}}}
        for model, field, record in (
            ("customer.callback.letter", "callback_id", callback),
            ("customer.care.measure.done", "measure_id", measure),
            ("customer.care.measure", "plan_id", plan),
        ):
            mine = self.env[model].with_user(self.specialist)
            with self.subTest(model=model, method="onchange"):
                with self.assertRaises(AccessError):
                    mine.onchange({field: record.id}, [field], {field: name})
                with self.assertRaises(AccessError):
                    mine.with_context(**{f"default_{field}": record.id}).onchange({}, [], {field: name})

    def test_dialogs_are_for_who_opened_them(self):
        """Nobody reads or turns the open dialog of a colleague."""
        plan = self._create_running()
        visit = self._get_measure(plan, "visit")
        dialogs = (
            self.env["customer.care.measure.done"]
            .with_user(self.specialist)
            .create({"measure_id": visit.id}),
            self.env["customer.care.plan.create"].with_user(self.specialist).create({}),
            self.env["customer.contact.sheet"].with_user(self.specialist).create({}),
        )
        for dialog in dialogs:
            for user in (self.other_specialist, self.manager):
                with self.subTest(model=dialog._name, user=user.name):
                    with self.assertRaises(AccessError):
                        dialog.with_user(user).read([])
                    with self.assertRaises(AccessError):
                        dialog.with_user(user).write({"display_name": "x"})

    def test_every_new_dialog_has_its_owner(self):
        """Each dialog of the care that is no abstract one is ruled by who opened it."""
        names = [
            name
            for name in self.env
            if name.startswith(("customer.callback.", "customer.care.", "customer.contact.sheet"))
            and self.env[name]._transient
        ]
        self.assertGreater(len(names), 15)
        rules = self.env["ir.rule"].search([("domain_force", "ilike", "create_uid")])
        self.assertEqual(set(names) - set(rules.mapped("model_id.model")), set())

    def test_evidence_stays_with_its_document(self):
        """Named as evidence, a file of another document is not taken away from there."""
        plan = self._create_running()
        visit = self._get_measure(plan, "visit")
        files = self.env["ir.attachment"].with_user(self.specialist)
        foreign = files.create(
            {"name": "a", "raw": b"a", "res_model": "res.partner", "res_id": self.customer.id}
        )
        own = files.create({"name": "b", "raw": b"b", "res_model": "customer.care.measure.done"})
        dialog = self.env["customer.care.measure.done"].with_user(self.specialist)
        dialog.create(
            {"measure_id": visit.id, "attachment_ids": [Command.set((foreign | own).ids)]}
        ).action_confirm()
        self.assertEqual((foreign.res_model, foreign.res_id), ("res.partner", self.customer.id))
        self.assertEqual((own.res_model, own.res_id), (visit._name, visit.id))
        self.assertTrue(own.with_user(self.manager).has_access("read"))

    def test_last_satisfaction_is_of_own_companies(self):
        """What a shared customer told another company is not shown."""
        self.env["customer.callback"].create(
            {
                "partner_id": self.customer.id,
                "subject": "x",
                "company_id": self.company_b.id,
                "user_id": self.manager_b.id,
            }
        ).with_user(self.manager_b).action_done("reached", satisfaction=2)
        callback = self._create_callback()
        self.assertEqual(callback.last_satisfaction, 0)
        self._create_callback().action_done("reached", satisfaction=9)
        callback.invalidate_recordset()
        self.assertEqual(callback.last_satisfaction, 9)

    def test_waiting_run_that_is_gone(self):
        """Who opens the waiting run of a rule that has none sees its history."""
        rule = self._create_rule(trigger="filter", repeat_days=9)
        action = rule.with_user(self.supervisor).action_open_waiting()
        self.assertEqual(action["res_model"], "customer.callback.run")

    def test_contact_at_the_end_of_time(self):
        """A slip of the pen in the year is no error of the program."""
        log = self.env["customer.contact.log"].with_user(self.specialist)
        with self.assertRaises(ValidationError):
            log.create(
                {
                    "partner_id": self.customer.id,
                    "subject": "x",
                    "date_start": "9999-12-31 23:00:00",
                    "duration_minutes": 600,
                }
            )

    def test_erasing_forgets_subjects_and_approvals(self):
        """Neither the subject of calls nor the steps of approvals tell of an erased customer."""
        person = self._create_customer("Secret Person", care_user_id=self.specialist.id)
        plan = self._create_plan(self.manager, is_filled=False, name="For Secret", partner_id=person.id)
        self.Measure.with_user(self.manager).create(
            {"plan_id": plan.id, "name": "x", "date": TODAY, "user_id": self.specialist.id}
        )
        plan.action_request_approval()
        callback = self._create_callback(partner_id=person.id, subject="Secret wish")
        lines = plan.sudo().approval_line_ids
        self.assertIn("Secret", " ".join(lines.mapped("record_name")))
        person._care_anonymize()
        self.env.invalidate_all()
        events = self.env["customer.care.event"].search([("partner_id", "=", person.id)])
        for texts in (lines.mapped("record_name"), callback.mapped("subject"), events.mapped("summary")):
            self.assertNotIn("Secret", " ".join(filter(None, texts)))


@tagged("post_install", "-at_install")
class TestCampaignAttacks(CampaignCommon):
    def test_invitation_goes_to_people_of_the_customer(self):
        """Nobody else is the contact person, least of all somebody of another company."""
        campaign = self._create_campaign()
        company = self.env["res.company"].create({"name": "Second"})
        theirs = self._create_customer("Theirs", company_id=company.id)
        model = self.Participant.with_user(self.manager)
        for person in (self.other, theirs):
            with self.subTest(person=person.name), self.assertRaises(ValidationError):
                model.create(
                    {"campaign_id": campaign.id, "partner_id": self.customer.id, "contact_id": person.id}
                )
        one = model.create(
            {"campaign_id": campaign.id, "partner_id": self.customer.id, "contact_id": self.contact.id}
        )
        with self.assertRaises(ValidationError):
            one.contact_id = theirs

    def test_template_is_of_the_right_kind(self):
        """A template of another model would tell of whatever has the same id."""
        template = self.env["mail.template"].create(
            {
                "name": "x",
                "model_id": self.env["ir.model"]._get_id("res.users"),
                "subject": "{{ object.login }}",
            }
        )
        campaign = self._create_campaign()
        with self.assertRaises(ValidationError):
            campaign.template_id = template
        with self.assertRaises(ValidationError):
            self.env["customer.care.occasion"].create(
                {"name": "x", "channel": "email", "template_id": template.id}
            )

    def test_bad_settings_are_refused(self):
        """Neither a zone that does not exist nor a filter that computes for ever stops all other mails."""
        campaign = self._create_campaign()
        for vals in (
            {"date_tz": "Mars"},
            {"target_domain": "9**9**9"},
            {"target_domain": "-" * 100000 + "1"},
        ):
            with self.subTest(vals=str(vals)[:40]), self.assertRaises(ValidationError):
                campaign.write(vals)

    def test_preview_shows_no_foreign_address(self):
        """The dialog cannot be opened with the number of a participant whom its user may not read."""
        campaign = self._create_campaign()
        one = campaign._add_partners(self.customer)
        preview = self.env["customer.care.campaign.preview"].with_user(self.specialist)
        with self.assertRaises(AccessError):
            dialog = preview.create({"campaign_id": campaign.id, "participant_id": one.id})
            dialog.env.flush_all()
            self.env.invalidate_all()
            dialog.read(["email"])

    def test_files_of_old_computers(self):
        """Lines may end as on any computer."""
        campaign = self._create_campaign()
        self._invite(campaign, self.customer)
        self._let_pass(campaign, hours=2)
        model = self.env["customer.care.campaign.import"].with_user(self.manager)
        file = base64.b64encode(b"email,state\rinfo@wind.test,1\r")
        dialog = model.create({"campaign_id": campaign.id, "file": file})
        dialog.action_import()
        self.assertIn("1 attended", dialog.result)
