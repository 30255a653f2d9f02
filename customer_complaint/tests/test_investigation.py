from datetime import timedelta

from odoo import Command, fields
from odoo.addons.customer_complaint.models.customer_complaint_move import MoveRefused
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common_investigation import InvestigationCommon

PARTS = "fact evidence statement appraisal why discipline responsibility".split()


@tagged("post_install", "-at_install")
class TestCause(InvestigationCommon):
    def test_tree(self):
        """The whole way is shown and searched; a circle is refused."""
        self.assertEqual(self.cause.complete_name, "Quality / Material or Supplied Part")
        self.cause.code = "Q1"
        self.assertEqual(self.cause.display_name, "[Q1] Quality / Material or Supplied Part")
        Cause = self.env["customer.complaint.cause"]
        self.assertIn(self.cause.id, [key for key, _name in Cause.name_search("Q1")])
        self.assertIn(self.cause, Cause.search([("complete_name", "ilike", "Quality")]))
        with self.assertRaisesRegex(UserError, "its own ancestor"):
            self.cause.parent_id.parent_id = self.cause

    @mute_logger("odoo.sql_db")
    def test_code_once(self):
        """A code stands for one cause of a company."""
        Cause = self.env["customer.complaint.cause"]
        company = self.env["res.company"].create({"name": "Second"})
        Cause.create({"name": "a", "code": "C1"})
        Cause.create({"name": "b", "code": "C1", "company_id": company.id})
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            Cause.create({"name": "c", "code": "C1"})

    def test_used_cause_is_archived_only(self):
        """Also one that is only a further cause, or has causes below; archived it stays where it is."""
        self.complaint.cause_id = self.cause
        other = self.env.ref("customer_complaint.customer_complaint_cause_process_system")
        self.complaint.cause_ids = [Command.link(other.id)]
        for cause in (self.cause, self.cause.parent_id, other):
            with self.assertRaisesRegex(UserError, "can only be archived"):
                cause.with_user(self.manager).unlink()
        self.cause.with_user(self.manager).action_archive()
        self.assertEqual(self.complaint.cause_id, self.cause)
        with self.assertRaises(AccessError):
            self.cause.with_user(self.supervisor).name = "x"

    def test_companies(self):
        """A cause of another company is not chosen, and not seen."""
        company = self.env["res.company"].create({"name": "Second"})
        cause = self.env["customer.complaint.cause"].create({"name": "Theirs", "company_id": company.id})
        with self.assertRaises(UserError):
            self.complaint.cause_id = cause
        self.assertFalse(cause.with_user(self.manager).has_access("read"))
        with self.assertRaisesRegex(ValidationError, "must belong to it too"):
            self.env["customer.complaint.cause"].create({"name": "Below", "parent_id": cause.id})

    def test_main_is_no_further_cause(self):
        with self.assertRaisesRegex(ValidationError, "further causes"):
            self.complaint.write({"cause_id": self.cause.id, "cause_ids": [Command.link(self.cause.id)]})


@tagged("post_install", "-at_install")
class TestInvestigation(InvestigationCommon):
    def test_begin(self):
        """Whoever begins investigates, unless somebody is named; the date follows from the depth."""
        self.env["customer.complaint.depth"].search([]).write({"days": 7, "is_working_days": False})
        complaint = self.complaint.with_user(self.handler)
        complaint.action_start_investigation()
        self.assertRecordValues(
            self.complaint,
            [
                {
                    "investigation_state": "open",
                    "investigator_id": self.handler.id,
                    "investigation_deadline": fields.Date.today() + timedelta(days=7),
                }
            ],
        )
        other = self._create_complaint(user_id=self.handler.id, investigator_id=self.other_handler.id)
        self.assertEqual(other.investigation_state, "open")
        self.assertEqual(other.activity_ids.user_id, self.other_handler)
        other.with_user(self.handler).investigation_deadline = "2036-03-03"
        self.assertEqual(str(other.activity_ids.date_deadline), "2036-03-03")

    def test_never_the_accused(self):
        """Whoever is complained of does not investigate: not written, not created, not by the button."""
        self._accuse(self.other_handler, self.handler)
        self.env.flush_all()
        for user in (self.other_handler, self.handler):
            with self.assertRaisesRegex(ValidationError, "is complained of"):
                self.complaint.with_user(self.manager).investigator_id = user
            with self.assertRaisesRegex(ValidationError, "is complained of"):
                self._create_complaint(investigator_id=user.id, accused_ids=[Command.link(user.id)])
        # What was refused stays in memory.
        self.env.invalidate_all(flush=False)
        with self.assertRaisesRegex(UserError, "name an investigator"):
            self.complaint.with_user(self.handler).action_start_investigation()
        self.complaint.investigator_id = self.supervisor
        with self.assertRaisesRegex(ValidationError, "is complained of"):
            self._accuse(self.supervisor)
        with self.assertRaisesRegex(ValidationError, "does not handle complaints"):
            self.complaint.investigator_id = self.employee

    def test_colleague_is_warned_of(self):
        """A member of the same team may, but it is said."""
        self.complaint.investigator_id = self.supervisor
        self.assertIn(self.handler.name, self.complaint.investigator_warning)
        self.complaint.investigator_id = self.other_handler
        self.assertFalse(self.complaint.investigator_warning)

    def test_investigator_sees_it(self):
        """Also when it is confidential; and no longer when somebody else investigates."""
        complaint = self._create_complaint(user_id=self.handler.id, is_confidential=True)
        mine = complaint.with_user(self.other_handler)
        self.assertFalse(mine.has_access("read"))
        complaint.investigator_id = self.other_handler
        self.assertTrue(mine.has_access("write"))
        mine.fact_ids = [Command.create({"text": "x"})]
        complaint.investigator_id = self.manager
        self.assertFalse(mine.has_access("read"))
        self.assertFalse(complaint.fact_ids.with_user(self.other_handler).has_access("read"))

    def test_state_is_not_forged(self):
        """State, dates and persons are set by the buttons alone, whatever the way in."""
        Complaint = self.env["customer.complaint"].with_user(self.manager)
        for name, value in (
            ("investigation_state", "done"),
            ("investigated_datetime", "2026-03-02 09:00:00"),
            ("investigated_by_id", self.manager.id),
            ("verdict_datetime", "2026-03-02 09:00:00"),
            ("verdict_user_id", self.handler.id),
            ("verdict_informed_datetime", "2026-03-02 09:00:00"),
        ):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    self.complaint.with_user(self.manager).write({name: value})
                with self.assertRaises(AccessError):
                    Complaint.create({"name": "x", name: value})
                forged = Complaint.with_context(**{f"default_{name}": value}).create({"name": "x"})
                self.assertEqual(forged[name] or "none", "none")
        evidence = self._add("evidence", name="Photo").with_user(self.handler)
        with self.assertRaises(AccessError):
            evidence.user_id = self.manager
        self.assertEqual(evidence.user_id, self.env.user)

    def test_depth(self):
        """What is asked for grows with the severity; all that is missing is said at once."""
        complaint = self.complaint.with_user(self.handler)
        complaint.severity = "serious"
        complaint.action_start_investigation()
        with self.assertRaises(UserError) as caught:
            complaint.action_complete_investigation()
        for word in ("facts", "verdict", "main cause", "statement of the customer", "other side", "8D"):
            self.assertIn(word, str(caught.exception))
        complaint.severity = "minor"
        with self.assertRaises(UserError) as caught:
            complaint.action_complete_investigation()
        self.assertNotIn("8D", str(caught.exception))
        self._add_fact()
        complaint.verdict = "valid"
        complaint.action_complete_investigation()
        self.assertRecordValues(
            self.complaint, [{"investigation_state": "done", "investigated_by_id": self.handler.id}]
        )
        self.assertTrue(self.complaint.investigated_datetime)
        self.assertIn("Nothing is missing", self.complaint.investigation_gaps)

    def test_whole_investigation(self):
        """Everything that a serious complaint asks for, by people."""
        complaint = self.complaint.with_user(self.handler)
        complaint.severity = "serious"
        complaint.action_start_investigation()
        complaint.write(
            {
                "fact_ids": [Command.create({"text": "The seal was missing", "source": "Photo"})],
                "statement_ids": [
                    Command.create({"side": "customer", "partner_id": self.customer.id}),
                    Command.create({"side": "employee", "user_id": self.employee.id}),
                ],
                "cause_id": self.cause.id,
                "why_ids": [
                    Command.create({"question": "Why?", "answer": "No check"}),
                    Command.create({"question": "Why no check?", "answer": "No rule", "is_root": True}),
                ],
                "verdict": "partly",
            }
        )
        self.assertEqual(complaint.statement_ids.mapped("person"), ["Lin Wei", self.employee.name])
        complaint.action_complete_investigation()
        self.assertEqual(complaint.investigation_state, "done")

    def test_complete_is_locked(self):
        """What a complete investigation rests on is not changed, not added to and not deleted before it is reopened."""
        parts = [self._add_fact(), self._add_statement(), self._add("why", question="Why?")]
        complaint = self.complaint.with_user(self.handler)
        complaint.verdict = "valid"
        complaint.action_start_investigation()
        complaint.action_complete_investigation()
        for part in parts:
            mine = part.with_user(self.handler)
            for attack in (
                lambda mine=mine: mine.write({mine._rec_name: "x"}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.copy(),
            ):
                with self.assertRaisesRegex(UserError, "Reopen it"):
                    attack()
        complaint.action_reopen_investigation()
        self.assertRecordValues(
            self.complaint, [{"investigation_state": "open", "investigated_datetime": False}]
        )
        parts[0].with_user(self.handler).text = "y"

    def test_categories_of_a_depth(self):
        """A line for a category holds for those below it, and goes before by its order alone."""
        parent = self.env.ref("customer_complaint.customer_complaint_category_product")
        child = self.env.ref("customer_complaint.customer_complaint_category_product_function")
        Depth = self.env["customer.complaint.depth"]
        Depth.create(
            {
                "name": "T",
                "sequence": 1,
                "category_ids": [Command.link(parent.id)],
                "needs_cause": True,
                "days": 0,
            }
        )
        self.assertNotIn("cause", Depth._match(self.complaint).needs)
        self.complaint.category_id = child
        self.assertEqual(Depth._match(self.complaint).needs, ("facts", "verdict", "cause"))
        Depth.search([]).action_archive()
        self.assertFalse(Depth._match(self.complaint).needs)
        self.assertEqual(self.complaint._get_gaps(), {self.complaint.id: []})

    def test_gate(self):
        """A stage that asks for it lets nobody in before, the program neither; inquiries are let in."""
        self.stage_proposed.needs_investigation = True
        self.assertIn("investigation complete", self.team._get_needs(self.stage_proposed))
        with self.assertRaisesRegex(MoveRefused, "investigation is not complete: facts, the verdict"):
            self.complaint.with_user(self.handler).stage_id = self.stage_proposed
        with self.assertRaises(UserError):
            self.complaint.stage_id = self.stage_proposed
        inquiry = self._create_complaint(kind="inquiry", user_id=self.handler.id)
        inquiry.with_user(self.handler).stage_id = self.stage_proposed
        self._add_fact()
        self.complaint.verdict = "valid"
        with self.assertRaisesRegex(UserError, "is to be completed"):
            self.complaint.stage_id = self.stage_proposed
        self.complaint.with_user(self.handler).action_complete_investigation()
        self.complaint.with_user(self.handler).stage_id = self.stage_proposed

    def test_gaps_of_many(self):
        """Asking for many costs no query for each."""
        complaints = self.env["customer.complaint"].create(
            [self._prepare_complaint(severity="major") for _index in range(30)]
        )
        complaints[:2]._get_gaps()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        gaps = complaints._get_gaps()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 12)
        self.assertEqual(len(gaps), 30)
        self.assertFalse(self.env["customer.complaint"]._get_gaps())

    def test_roles(self):
        """Who writes the complaint writes its investigation; auditors and directors read, others see nothing."""
        self._add("evidence", name="Photo")
        self._add("discipline", code="d1")
        self._add("why", question="Why?")
        self._add_fact()
        self._add_statement()
        self._add_appraisal()
        self._add_share(100, party="customer")
        self.complaint.verdict = "valid"
        access = {
            self.handler: "rw",
            self.supervisor: "rw",
            self.manager: "rw",
            self.director: "r",
            self.auditor: "r",
            self.other_handler: "",
            self.employee: "",
            self.portal: "",
        }
        for model in [*PARTS, "verdict"]:
            part = self.env[f"customer.complaint.{model}"].search([("complaint_id", "=", self.complaint.id)])
            self.assertTrue(part, model)
            for user, rights in access.items():
                with self.subTest(model=model, user=user.login):
                    mine = part.with_user(user)
                    self.assertEqual(mine.has_access("read"), "r" in rights)
                    may_write = "w" in rights and model != "verdict"
                    self.assertEqual(mine.has_access("write"), may_write)
                    self.assertEqual(mine.has_access("unlink"), may_write)

    def test_not_given_away(self):
        """A row is not made for, nor moved to, a complaint of others."""
        other = self._create_complaint(team_id=False, user_id=self.other_handler.id)
        fact = self._add_fact().with_user(self.handler)
        with self.assertRaises(AccessError):
            fact.create({"complaint_id": other.id, "text": "x"})
        with self.assertRaisesRegex(UserError, "cannot be given to another"):
            fact.complaint_id = other
        evidence = self._add("evidence", other, name="Theirs")
        with self.assertRaises(UserError):
            fact.evidence_ids = [Command.link(evidence.id)]

    def test_accused_reads_no_statements(self):
        """Not even with the right to the complaint; but his own."""
        theirs = self._add_statement(side="witness")
        own = self._add_statement(side="employee", user_id=self.handler.id)
        self.assertTrue(theirs.with_user(self.handler).has_access("read"))
        self._accuse(self.handler)
        self.assertFalse(theirs.with_user(self.handler).has_access("read"))
        self.assertFalse(theirs.with_user(self.handler).search([("id", "=", theirs.id)]))
        self.assertTrue(own.with_user(self.handler).has_access("read"))
        self.assertTrue(theirs.with_user(self.supervisor).has_access("read"))
        with self.assertRaisesRegex(ValidationError, "cannot take statements"):
            self._add_statement(taken_by_id=self.handler.id)

    def test_bad_rows(self):
        """Nonsense is refused with a word."""
        future = fields.Datetime.now() + timedelta(days=2)
        for attack, text in (
            (lambda: self._add_fact(datetime=future), "future"),
            (lambda: self._add_statement(taken_datetime=future), "future"),
            (lambda: self._add_statement(person=" "), "whose statement"),
            (lambda: self._add("why", question="Why?", is_root=True), "needs an answer"),
            (lambda: self._add("discipline", code="d1", user_id=self.portal.id), "mployee"),
        ):
            with self.assertRaisesRegex(UserError, text):
                attack()

    def test_merge_takes_it_along(self):
        """Facts, statements, evidence and open appraisals go to the main complaint, conclusions stay."""
        main = self._create_complaint()
        rows = [
            self._add_fact(),
            self._add_statement(),
            self._add("evidence", name="x"),
            self._add_appraisal(),
        ]
        why = self._add("why", question="Why?")
        self.complaint._merge_into(main)
        self.assertEqual({row.complaint_id for row in rows}, {main})
        self.assertEqual(why.complaint_id, self.complaint)

    def test_8d(self):
        """Eight lines, made once; each is completed by who says what was done, and together they are the analysis."""
        complaint = self.complaint.with_user(self.handler)
        complaint.action_make_8d()
        complaint.action_make_8d()
        self.assertEqual(len(complaint.discipline_ids), 8)
        line = complaint.discipline_ids[0]
        with self.assertRaisesRegex(UserError, "name the owner and write"):
            line.action_done()
        with self.assertRaises(AccessError):
            line.state = "done"
        line.member_ids = [Command.link(self.employee.id)]
        line.action_done()
        self.assertRecordValues(line, [{"state": "done", "done_by_id": self.handler.id}])
        self.assertEqual(complaint.d8_percent, 12)
        for attack in (lambda: line.write({"text": "<p>y</p>"}), line.unlink):
            with self.assertRaisesRegex(UserError, "Reopen it"):
                attack()
        line.action_reopen()
        complaint.severity = "major"
        self.assertIn("8D", "".join(complaint._get_gaps()[complaint.id]))
        complaint.discipline_ids.write({"text": "<p>Done</p>"})
        complaint.discipline_ids.action_done()
        self.assertNotIn("8D", "".join(complaint._get_gaps()[complaint.id]))
        foreign = self._create_compensation(self._create_complaint())
        complaint.discipline_ids[2].action_reopen()
        with self.assertRaisesRegex(ValidationError, "another complaint"):
            complaint.discipline_ids[2].sudo().compensation_ids = foreign

    @mute_logger("odoo.sql_db")
    def test_8d_lines_are_unique(self):
        self._add("discipline", code="d1")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._add("discipline", code="d1")

    def test_erasure(self):
        """What is known of a customer in an investigation is handed over, and erased with him."""
        self._add_fact(text="Lin Wei shouted")
        witness = self.env["res.partner"].create({"name": "Wit"})
        statement = self._add_statement(partner_id=self.customer.id, file=b"eA==")
        other = self._add_statement(side="witness", partner_id=witness.id)
        models = self.env["res.partner"]._care_privacy_models()
        for model in (*PARTS, "verdict"):
            self.assertIn(f"customer.complaint.{model}", models)
        entry = models["customer.complaint.statement"]
        found = self.env["customer.complaint.statement"].search(entry["domain"](witness.ids))
        self.assertEqual(found, other)
        files = self.customer._care_get_files([("customer.complaint.statement", entry, statement)])
        self.assertEqual(files.res_field, "file")


@tagged("post_install", "-at_install")
class TestVerdict(InvestigationCommon):
    def test_who_and_when(self):
        """Each change is noted with its person and moment; what was before stays."""
        complaint = self.complaint.with_user(self.handler)
        complaint.verdict = "valid"
        self.assertEqual(self.complaint.verdict_user_id, self.handler)
        complaint.action_mark_explained()
        self.assertTrue(complaint.verdict_informed_datetime)
        complaint.verdict = "valid"
        self.assertTrue(complaint.verdict_informed_datetime)
        complaint.with_user(self.supervisor).verdict = "invalid"
        self.assertRecordValues(
            self.complaint, [{"verdict_user_id": self.supervisor.id, "verdict_informed_datetime": False}]
        )
        self.assertEqual(self.complaint.verdict_log_ids.mapped("verdict"), ["invalid", "valid"])
        log = self.complaint.verdict_log_ids[0].with_user(self.manager)
        for attack in (lambda: log.write({"verdict": "valid"}), log.unlink, lambda: log.create({})):
            with self.assertRaises(AccessError):
                attack()
        created = self._create_complaint(verdict="partly")
        self.assertEqual(created.verdict_user_id, self.env.user)
        self.assertEqual(len(created.verdict_log_ids), 1)

    def test_explanation(self):
        """Drafted from the saved reply for verdict and category, sent as a message, and noted."""
        complaint = self.complaint.with_user(self.handler)
        for action in (complaint.action_draft_explanation, complaint.action_send_explanation):
            with self.assertRaisesRegex(UserError, "give the verdict"):
                action()
        with self.assertRaisesRegex(UserError, "give the verdict"):
            complaint.action_mark_explained()
        complaint.verdict = "misunderstanding"
        complaint.action_draft_explanation()
        self.assertIn("misunderstanding", complaint.verdict_explanation)
        self.assertIn("Lin Wei", complaint.verdict_explanation)
        category = self.env.ref("customer_complaint.customer_complaint_category_product")
        self.env["customer.complaint.reply"].create(
            {
                "name": "Special",
                "verdict": "misunderstanding",
                "sequence": 99,
                "category_ids": [Command.link(category.id)],
                "body": "<p>Special {number}</p>",
            }
        )
        complaint.category_id = category
        complaint.action_draft_explanation()
        self.assertIn(f"Special {complaint.number}", complaint.verdict_explanation)
        complaint.action_send_explanation()
        message = complaint.message_ids[0]
        self.assertIn("Special", message.body)
        self.assertIn(self.customer, message.notified_partner_ids)
        self.assertTrue(complaint.verdict_informed_datetime)
        self.assertTrue(complaint.responded_datetime)

    def test_no_address(self):
        self.complaint.write({"partner_id": False, "email_from": False, "verdict": "valid"})
        self.complaint.verdict_explanation = "<p>x</p>"
        with self.assertRaisesRegex(UserError, "No e-mail address"):
            self.complaint.with_user(self.handler).action_send_explanation()

    def test_not_among_other_replies(self):
        """Explanations of verdicts are offered where there is a verdict, not for every answer."""
        wizard = self.env["customer.complaint.reply.send"].create(
            {"complaint_ids": [Command.link(self.complaint.id)]}
        )
        self.assertTrue(wizard.available_reply_ids)
        self.assertFalse(wizard.available_reply_ids.filtered("verdict"))
