import inspect

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.ir_rule import REPORT
from .common import ComplaintCommon

OURS = "odoo.addons.customer_"
NAME = {"fields": {"display_name": {}}}
VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@tagged("post_install", "-at_install")
class TestConfidential(ComplaintCommon):
    """``accused`` is in a team with ``colleague``, whose other role would let them see the complaint."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "customer_complaint.group_complaint"
        cls.accused = cls._create_user("accused_t", f"{group}_supervisor")
        cls.colleague = cls._create_user("colleague_t", f"{group}_manager")
        cls.accused_manager = cls._create_user("accused_manager_t", f"{group}_manager")
        cls.accused_director = cls._create_user("accused_director_t", "customer_care.group_care_director")
        cls.helper = cls._create_user("helper_t", f"{group}_user")
        cls.shop = cls._create_team(name="Shop", member_ids=[Command.set((cls.accused | cls.colleague).ids)])
        cls.service_manager = cls._create_user("service_manager_t", f"{group}_user")
        cls.team.write(
            {
                "member_ids": [Command.link(user.id) for user in (cls.accused, cls.other_handler)],
                "manager_id": cls.service_manager.id,
            }
        )
        cls.team.member_ids = [Command.unlink(cls.accused.id)]
        cls.complaint = cls._create_complaint(
            name="He shouted at me",
            user_id=cls.handler.id,
            helper_ids=[Command.link(cls.helper.id)],
            is_confidential=True,
            accused_ids=[Command.set((cls.accused | cls.accused_manager | cls.accused_director).ids)],
        )
        cls.compensation = cls._create_compensation(cls.complaint)
        cls.task = cls.env["customer.complaint.task"].create(
            {"name": "Ask the witness", "complaint_id": cls.complaint.id}
        )
        cls.message = cls.complaint.message_post(body="He was drunk", message_type="comment")
        cls.attachment = cls.env["ir.attachment"].create(
            {"name": "photo", "raw": b"x", "res_model": cls.complaint._name, "res_id": cls.complaint.id}
        )
        cls.seeing = cls.handler | cls.helper | cls.manager | cls.director | cls.auditor | cls.service_manager
        cls.blind = (
            cls.accused
            | cls.accused_manager
            | cls.accused_director
            | cls.colleague
            | cls.supervisor
            | cls.other_handler
            | cls.employee
        )

    def test_who_sees_it(self):
        """By read, search, count and group; what belongs to it as well."""
        records = (
            self.complaint,
            self.complaint.clock_ids,
            self.complaint.stage_history_ids,
            self.compensation,
            self.task,
        )
        for user in self.seeing | self.blind:
            seen = user in self.seeing
            for record in records:
                with self.subTest(user=user.login, model=record._name):
                    mine = record.with_user(user)
                    self.assertEqual(mine.has_access("read"), seen)
                    if mine.browse().has_access("read"):
                        self.assertEqual(bool(mine.search([("id", "in", record.ids)])), seen)
                        self.assertEqual(bool(mine.search_count([("id", "in", record.ids)])), seen)
                        groups = mine._read_group([("id", "in", record.ids)], [], ["__count"])
                        self.assertEqual(bool(groups[0][0]), seen)

    def test_attacks(self):
        """Names, text, files, messages, timeline and counters give nothing away to those who may not see it."""
        Event = self.env["customer.care.event"]
        events = Event.search([("res_model", "=", self.complaint._name), ("res_id", "=", self.complaint.id)])
        self.assertTrue(events)
        for user in self.blind - self.employee:
            with self.subTest(user=user.login):
                mine = self.complaint.with_user(user)
                Complaint = mine.browse()
                for attack in (
                    lambda mine=mine: mine.read(["name"]),
                    lambda mine=mine: mine.web_read({"name": {}}),
                    lambda mine=mine: mine.export_data(["name"]),
                    lambda mine=mine: mine.read(["display_name"]),
                    lambda mine=mine: mine.write({"name": "x"}),
                    lambda mine=mine: mine.write({"is_confidential": False}),
                    lambda mine=mine: mine.message_post(body="x"),
                    lambda mine=mine: mine.action_assign_to_me(),
                    lambda mine=mine: mine.action_hand_over(),
                    lambda mine=mine: mine.message_subscribe(mine.env.user.partner_id.ids),
                    lambda user=user: self.message.with_user(user).read(["body"]),
                    lambda user=user: self.attachment.with_user(user).read(["name", "datas"]),
                ):
                    try:
                        result = attack()
                    except UserError as error:
                        self.assertNotIn("shouted", str(error))
                    else:
                        self.assertFalse(result)
                self.assertFalse(Complaint.name_search("shouted"))
                self.assertFalse(Complaint.search([("message_ids.body", "ilike", "drunk")]))
                self.assertFalse(
                    self.env["ir.attachment"].with_user(user).search([("id", "=", self.attachment.id)])
                )
                self.assertFalse(
                    self.env["mail.message"].with_user(user).search([("id", "=", self.message.id)])
                )
                self.assertFalse(Event.with_user(user).search([("id", "in", events.ids)]))
                self.assertFalse(events.with_user(user).has_access("read"))
                partner = self.customer.with_user(user)
                self.assertEqual(partner.care_complaint_count, 0)
                self.assertEqual(partner.care_open_complaint_count, 0)
        self.assertEqual(self.customer.with_user(self.manager).care_complaint_count, 1)
        self.assertTrue(Event.with_user(self.manager).search([("id", "in", events.ids)]))

    def test_public_methods(self):
        """No method that a client can call says anything of the complaint, its secret least of all, or changes it."""
        stranger = new_test_user(self.env, "stranger_t", groups="base.group_portal")
        outsiders = (self.accused, self.employee, stranger, self.env.ref("base.public_user"))
        secrets = (
            self.complaint._portal_ensure_token(),
            "shouted",
            self.complaint.number,
            "drunk",
            "witness",
        )
        for record in (self.complaint, self.compensation, self.task, *self.complaint.clock_ids[:1]):
            # What the database holds: texts made while reading tell the minute of the reader.
            stored = [name for name, field in record._fields.items() if field.store]
            before = record.read(stored)
            for name, arguments in self._get_public_methods(record):
                for user in outsiders:
                    with self.subTest(model=record._name, method=name, user=user.login):
                        method = getattr(record.with_user(user), name)
                        try:
                            with mute_logger("odoo.models"), self.env.cr.savepoint():
                                told = method(*arguments)
                        except (UserError, ValueError, TypeError, AttributeError) as error:
                            told = error
                        self.assertFalse([text for text in secrets if text in str(told)])
            self.assertEqual(record.read(stored), before)

    def _get_public_methods(self, record):
        """Give (name, arguments) of what a client can call on the record and our addons say, all arguments as text."""
        model = type(record)
        for name in sorted({name for cls in model.mro() if OURS in cls.__module__ for name in vars(cls)}):
            method = getattr(model, name)
            if name.startswith("_") or not inspect.isfunction(method):
                continue
            parameters = list(inspect.signature(method).parameters.values())[1:]
            yield name, ["x" for one in parameters if one.default is one.empty and one.kind not in VARIABLE]

    def test_forms_name_nothing(self):
        """Named in a form or dialog of his own, its name and text do not reach who must not know of it."""
        for model, field, record in (
            ("customer.complaint.task", "complaint_id", self.complaint),
            ("customer.complaint.responsibility", "complaint_id", self.complaint),
            ("customer.complaint.reveal", "complaint_id", self.complaint),
            ("customer.complaint.task.return", "task_id", self.task),
            ("customer.complaint.measure", "task_id", self.task),
            ("customer.complaint.action", "complaint_ids", self.complaint),
        ):
            for user in (self.other_handler, self.colleague, self.employee):
                with self.subTest(model=model, user=user.login):
                    self._check_hidden_in_form(self.env[model].with_user(user), field, record)
        mine = self.env["customer.complaint.task"].with_user(self.handler)
        mine.onchange({"complaint_id": self.complaint.id}, ["complaint_id"], {"complaint_id": NAME})
        plans = self.env["customer.complaint.plan"].with_user(self.colleague)
        lines = {"measure_ids": [Command.create({"task_id": self.task.id})]}
        with self.assertRaises(AccessError):
            plans.onchange(lines, ["measure_ids"], {"measure_ids": {"fields": {"task_id": NAME}}})

    def _check_hidden_in_form(self, model, field, record):
        is_list = model._fields[field].type == "many2many"
        value = [Command.link(record.id)] if is_list else record.id
        wanted = {field: NAME} | {name: {} for name in ("display_name", "number") if name in model._fields}
        with self.assertRaises(AccessError):
            model.onchange({field: value}, [field], wanted)
        with self.assertRaises(AccessError):
            model.with_context(**{f"default_{field}": value}).onchange({}, [], wanted)
        if model._transient and model.has_access("create"):
            more = {"reason": "x"} if "reason" in model._fields else {}
            with self.assertRaises(AccessError):
                model.create({field: value, **more}).web_read(wanted)

    def test_error_names_nothing(self):
        """Not even in the technical mode, which names records in messages."""
        self.accused.write({"group_ids": [Command.link(self.env.ref("base.group_no_one").id)]})
        for record in (self.complaint, self.compensation, self.task):
            with self.assertRaises(AccessError) as caught:
                record.with_user(self.accused).read(["display_name"])
            self.assertNotIn("shouted", str(caught.exception))
            self.assertNotIn("witness", str(caught.exception))
            self.assertNotIn(self.complaint.number, str(caught.exception))

    def test_every_model_with_a_complaint_is_hidden(self):
        """Also one that another addon adds: whatever has a stored link to a complaint is covered."""
        for name, model in self.env.registry.items():
            links = [
                field.name
                for field in model._fields.values()
                if field.type == "many2one" and field.store and field.comodel_name == self.complaint._name
            ]
            # figures are a query that begins with the complaints that the reader may see
            if model._abstract or model._transient or not links or name in (self.complaint._name, REPORT):
                continue
            with self.subTest(model=name):
                # the other name is of rows that may be without a complaint, and have a rule of their own
                self.assertIn(links, (["complaint_id"], ["linked_complaint_id"]))
                domain = self.env["ir.rule"].with_user(self.accused)._compute_domain(name, "read")
                self.assertIn("is_confidential", self.env[name].sudo()._search(domain).select().code)

    def test_its_customer_sees_it(self):
        """In the portal the complainant does, nobody else of his company."""
        self.assertTrue(self.complaint.with_user(self.portal).has_access("read"))
        sibling = self.env["res.partner"].create({"name": "Sibling", "parent_id": self.customer.id})
        other = new_test_user(self.env, "sibling_t", groups="base.group_portal", partner_id=sibling.id)
        self.assertFalse(self.complaint.with_user(other).has_access("read"))

    def test_two_companies(self):
        """Confidentiality opens no other company."""
        company = self.env["res.company"].create({"name": "Second"})
        complaint = self.env["customer.complaint"].create(
            {"name": "a", "company_id": company.id, "is_confidential": True}
        )
        for user in (self.manager, self.director, self.auditor):
            self.assertFalse(complaint.with_user(user).has_access("read"))

    def test_made_confidential_later(self):
        """Followers, to-dos and notifications of those who lose sight of it end; others keep theirs."""
        complaint = self._create_complaint(user_id=self.handler.id, name="Later")
        accused = self.other_handler
        complaint.message_subscribe((accused | self.handler).partner_id.ids)
        complaint.activity_schedule("mail.mail_activity_data_todo", user_id=self.supervisor.id)
        message = complaint.message_post(body="For you", partner_ids=accused.partner_id.ids)
        complaint.with_user(self.handler).write(
            {"is_confidential": True, "accused_ids": [Command.link(accused.id)]}
        )
        self.assertNotIn(accused.partner_id, complaint.message_partner_ids)
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)
        self.assertFalse(complaint.activity_ids.filtered(lambda one: one.user_id == self.supervisor))
        self.assertFalse(message.with_user(accused)._filtered_access("read"))
        complaint.message_subscribe(accused.partner_id.ids)
        self.assertNotIn(accused.partner_id, complaint.message_partner_ids)
        mention = complaint.message_post(body="Hello", partner_ids=(accused | self.manager).partner_id.ids)
        self.assertEqual(
            mention.notified_partner_ids & (accused | self.manager).partner_id, self.manager.partner_id
        )
        customer = complaint.message_post(body="Sorry", partner_ids=self.customer.ids)
        self.assertIn(self.customer, customer.notified_partner_ids)

    def test_who_changes_it(self):
        """Any handler makes a complaint confidential; only a manager makes it public or names others."""
        complaint = self._create_complaint(user_id=self.handler.id).with_user(self.handler)
        complaint.is_confidential = True
        for vals in ({"is_confidential": False}, {"accused_ids": [Command.link(self.employee.id)]}):
            with self.assertRaises(AccessError):
                complaint.write(vals)
        complaint.with_user(self.manager).write({"accused_ids": [Command.link(self.employee.id)]})
        complaint.with_user(self.manager).write({"is_confidential": False})

    def test_accused_cannot_handle_it(self):
        for vals in ({"user_id": self.accused.id}, {"helper_ids": [Command.link(self.accused.id)]}):
            with self.assertRaisesRegex(ValidationError, "about themselves"):
                self.complaint.write(vals)
        self.assertTrue(self.complaint._is_hidden_from(self.accused))

    def test_new_colleague(self):
        """Whoever joins the team of the accused loses sight of it at once."""
        self.assertTrue(self.complaint.with_user(self.manager).has_access("read"))
        self.shop.member_ids = [Command.link(self.manager.id)]
        self.assertFalse(self.complaint.with_user(self.manager).has_access("read"))
        self.shop.member_ids = [Command.unlink(self.manager.id)]
        self.assertTrue(self.complaint.with_user(self.manager).has_access("read"))

    def test_accesses_are_noted(self):
        """Each reading by a person, once an hour, whatever the way; the program and other complaints are not."""
        public = self._create_complaint()
        self.helper.write({"group_ids": [Command.link(self.env.ref("base.group_allow_export").id)]})
        for user, read in (
            (self.manager, lambda mine: mine.web_read({"name": {}})),
            (self.director, lambda mine: mine.read(["name"])),
            (self.handler, lambda mine: mine.search_read([("id", "in", mine.ids)], ["name"])),
            (self.helper, lambda mine: mine.export_data(["name"])),
            (self.auditor, lambda mine: mine.web_search_read([("id", "in", mine.ids)], {"name": {}})),
        ):
            self.env.invalidate_all()
            for _time in (1, 2):
                read((self.complaint | public).with_user(user).filtered(lambda one: one.has_access("read")))
            self.assertEqual(len(self._get_accesses(user)), 1, user.login)
        self.assertFalse(public.access_ids)
        self.complaint.read(["name"])
        self.assertFalse(self._get_accesses(self.env.user))

    def _get_accesses(self, user):
        self.env.invalidate_all()
        return self.complaint.sudo().access_ids.filtered(lambda one: one.user_id == user)

    def test_log_of_accesses_is_kept(self):
        """Managers, directors and auditors read it, nobody changes it."""
        self.complaint.with_user(self.handler).read(["name"])
        access = self._get_accesses(self.handler)
        for user, seen in (
            (self.manager, True),
            (self.director, True),
            (self.auditor, True),
            (self.handler, False),
            (self.colleague, False),
            (self.accused_manager, False),
            (self.employee, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(access.with_user(user).has_access("read"), seen)
                for attack in (
                    lambda user=user: access.with_user(user).write({"user_id": user.id}),
                    lambda user=user: access.with_user(user).unlink(),
                    lambda user=user: access.with_user(user).create(
                        {"complaint_id": self.complaint.id, "user_id": user.id}
                    ),
                ):
                    with self.assertRaises(AccessError):
                        attack()

    def test_no_callback_by_others(self):
        """No colleague is asked to ring the customer of a confidential complaint."""
        Callback = self.env["customer.callback"]
        public = self._create_complaint(user_id=self.handler.id)
        (self.complaint | public).write({"stage_id": self.stage_accepted.id})
        self.compensation.action_cancel()
        for complaint, planned in ((self.complaint, False), (public, True)):
            complaint.stage_id = self.stage_resolved
            found = Callback.search([("res_model", "=", complaint._name), ("res_id", "=", complaint.id)])
            self.assertEqual(bool(found), planned)

    def test_callback_planned_before(self):
        """A callback goes to who may know of it, and its subject, which digests name, tells nothing any more."""
        complaint = self._create_complaint(user_id=self.handler.id, name="He shouted")
        callback = self.env["customer.callback"].create(
            {
                "subject": f"Ask: {complaint.display_name}",
                "partner_id": self.customer.id,
                "user_id": self.other_handler.id,
                "res_model": complaint._name,
                "res_id": complaint.id,
            }
        )
        self.assertTrue(callback.with_user(self.other_handler).has_access("read"))
        complaint.with_user(self.handler).is_confidential = True
        self.assertEqual(callback.user_id, self.handler)
        self.assertTrue(callback.with_user(self.handler).has_access("read"))
        self.assertFalse(callback.with_user(self.other_handler).has_access("read"))
        self.assertNotIn("shouted", callback.subject)
        self.assertNotIn(complaint.number, callback.subject)

    def test_contact_gate_names_no_complaint(self):
        """That something is open stops contacts, also by those who may not know what it is."""
        purpose = self.env["customer.consent.purpose"].search([("is_paused_by_problem", "=", True)], limit=1)
        self.assertTrue(purpose)
        for user in (self.other_handler, self.manager):
            reasons = self.customer.with_user(user)._care_gate_map(purpose.code, "phone")[self.customer.id]
            self.assertIn("A problem of the customer is still open.", reasons)
            self.assertNotIn("omplaint", " ".join(reasons))

    def test_accesses_are_deleted_after_a_time(self):
        """Only by a retention period, with a note of how many; without one they are kept."""
        self.complaint.with_user(self.handler).read(["name"])
        access = self._get_accesses(self.handler)
        self.env.cr.execute(
            "UPDATE customer_complaint_access SET datetime = now() - interval '3 years' WHERE id = %s",
            [access.id],
        )
        self.env.invalidate_all()
        self.complaint.with_user(self.manager).read(["name"])
        kept = self._get_accesses(self.manager)
        self.env["customer.retention.rule"]._cron_apply()
        self.assertTrue(access.exists())
        rule = self.env["customer.retention.rule"].create(
            {"name": "Accesses", "kind": "complaint_access", "months": 24, "action": "delete"}
        )
        self.assertEqual(rule._apply(), 1)
        self.assertFalse(access.exists())
        self.assertTrue(kept.exists())
        self.assertEqual(rule.log_ids.mapped("count"), [1])

    def test_nobody_is_chosen_by_the_program(self):
        """A confidential complaint is not given out to somebody who may be the accused; who may see it is told."""
        self.team.write({"assign_method": "load", "user_id": self.accused.id})
        vals = {"is_confidential": True, "accused_ids": [Command.link(self.handler.id)], "channel": "mail"}
        complaint = self._create_complaint(**vals)
        self.assertFalse(complaint.user_id)
        complaint._assign("load")
        self.assertFalse(complaint.user_id)
        complaint.user_id = self.manager
        complaint.accused_ids = [Command.link(self.accused.id)]
        self.manager.active = False
        self.assertFalse(complaint.user_id)
        complaint._complaint_remind("mail.mail_activity_data_todo", "Look")
        self.env["customer.complaint.task"].create(
            {"name": "x", "complaint_id": complaint.id, "email": "x@y.example"}
        ).action_hand_over()
        complaint.task_ids._send_back("x")
        self.assertEqual(complaint.activity_ids.user_id, self.service_manager)
        self.team.manager_id = self.handler
        complaint.write({"severity": "major", "is_major": True})
        self.assertNotIn(self.handler, complaint.helper_ids)

    def test_callbacks_and_approvals_are_hidden(self):
        """What names the complaint or its compensation in another model is not found by who may not see it."""
        self.compensation.amount = 5000
        self.compensation.with_user(self.handler).action_request_approval()
        lines = self.compensation.approval_line_ids
        self.assertTrue(lines.with_user(self.manager).has_access("read"))
        for user in (self.colleague, self.accused_manager):
            self.assertFalse(lines.with_user(user).has_access("read"), user.login)
            found = self.env[lines._name].with_user(user).search([("id", "in", lines.ids)])
            self.assertFalse(found, user.login)

    def test_list_stays_fast(self):
        """The rule costs no query for each row, and the list keeps the index of its order."""
        for _number in range(20):
            self._create_complaint(user_id=self.handler.id)
        Complaint = self.env["customer.complaint"].with_user(self.manager)
        specification = dict.fromkeys(("number", "name", "stage_id", "user_id"), {})
        Complaint.web_search_read([], specification, limit=80)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        Complaint.web_search_read([], specification, limit=80)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 8)
