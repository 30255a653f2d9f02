import json
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.addons.mail.tests.common import MailCase
from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from .common import SurveyKit

# What may know the customer after an anonymous survey: himself, and that he was asked.
KNOWING_TABLES = {
    "res_partner",
    "res_users",
    "customer_survey_request",
    "customer_care_event",
    "ir_attachment",  # the customer's own picture
}


class AnonymousKit(SurveyKit):
    @classmethod
    def _set_up_kit(cls):
        result = super()._set_up_kit()
        cls.survey.care_is_anonymous = True
        return result

    def _get_answers(self):
        self.env.invalidate_all()
        return self.env["survey.user_input"].search(
            [("survey_id", "=", self.survey.id), ("state", "=", "done"), ("test_entry", "=", False)]
        )

    def _finish(self, answer, **values):
        """Answer, and end the transaction as far as the answers can tell."""
        self._answer(answer, **values)
        self.env.cr.flush()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestAnonymous(AnonymousKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def test_answer_is_a_new_row(self):
        """A finished answer has nothing of its invitation: another number, another token, rounded moments."""
        answer = self._send()
        old_id, old_token = answer.id, answer.access_token
        self._finish(answer, csat=9, nps=8, comment="Good")
        self.assertFalse(answer.exists())
        done = self._get_answers()
        self.assertGreater(done.id, old_id)
        self.assertNotEqual(done.access_token, old_token)
        self.assertRecordValues(
            done,
            [
                {
                    "partner_id": False,
                    "email": False,
                    "nickname": False,
                    "lang_id": False,
                    "deadline": False,
                    "invite_token": False,
                    "care_key": False,
                    "care_res_model": False,
                    "care_res_id": False,
                    "care_send_date": False,
                    "care_filled_by_id": False,
                    "care_rule_id": self.rule.id,
                    "care_company_id": self.company.id,
                    "care_channel": "email",
                    "state": "done",
                }
            ],
        )
        self.assertEqual(done.predefined_question_ids, self.survey.question_ids)
        self.assertEqual(len(done.user_input_line_ids), 4)
        self.assertEqual(sorted(done.care_score_ids.mapped("raw_value")), [8, 9])
        self.assertEqual(set(done.care_score_ids.mapped("comment")), {"Good"})

    def test_moments_and_writers_are_forgotten(self):
        """Each row of an answer is of the first of the month and of nobody."""
        answer = self._send().with_user(self.users["portal"]).sudo()
        self._finish(answer, csat=9)
        done = self._get_answers()
        for record in (done, *done.user_input_line_ids, *done.care_score_ids):
            self.assertEqual(record.create_uid.id, SUPERUSER_ID)
            self.assertEqual(record.write_uid.id, SUPERUSER_ID)
            for moment in (record.create_date, record.write_date):
                self.assertEqual((moment.day, moment.hour, moment.minute, moment.second), (1, 12, 0, 0))
        self.assertEqual(done.care_score_ids.date.day, 1)
        self.assertEqual(done.start_datetime.day, 1)

    def test_month_of_the_company(self):
        """The month is that of the company, and the same one wherever the answer is read."""
        self.company.partner_id.tz = "Asia/Shanghai"
        answer = self._send()
        with patch.object(type(self.env.cr), "now", lambda cursor: datetime(2026, 2, 28, 20)):
            self._finish(answer, csat=9)
        done = self._get_answers()
        self.assertEqual(done.care_score_ids.mapped("date"), [date(2026, 3, 1)] * len(done.care_score_ids))
        for tz in ("Pacific/Honolulu", "Asia/Shanghai", "Pacific/Auckland"):
            moment = fields.Datetime.context_timestamp(done.with_context(tz=tz), done.start_datetime)
            self.assertEqual(moment.month, 3, tz)

    def test_minutes_are_kept(self):
        """How long it took is a figure that tells nobody."""
        answer = self._send()
        answer._mark_in_progress()
        self._answer(answer, csat=9)
        answer.write({"start_datetime": "2026-03-09 10:00:20", "end_datetime": "2026-03-09 10:07:10"})
        self.env.cr.flush()
        done = self._get_answers()
        self.assertEqual((done.end_datetime - done.start_datetime).total_seconds(), 7 * 60)

    def test_time_to_answer_is_that_of_named_answers(self):
        """The moments of an anonymous answer are rounded: the median of the time to answer leaves it out."""
        self.survey.care_is_anonymous = False
        named = self._send()
        named.care_sent_datetime = fields.Datetime.now() - timedelta(hours=3)
        self._finish(named, csat=9)
        self.survey.care_is_anonymous = True
        for number in range(5):
            self._finish(self._send(cause=f"anonymous {number}"), csat=9)
        report = self.env["customer.survey.response"]
        domain = [("survey_id", "=", self.survey.id)]
        [(done, timed, hours)] = report._read_group(
            domain, [], ["done:sum", "answer_hours:count", "answer_hours:median"]
        )
        self.assertEqual((done, timed), (6, 1))
        self.assertAlmostEqual(hours, 3, delta=0.1)

    def test_invitations_are_in_random_order(self):
        """The order of the invitations says nothing about who was asked when."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(12)]
        )
        self.rule.delay_days = 1
        answers = self._send(partners)
        self.assertEqual(answers.mapped("partner_id"), partners, "each its own")
        self.assertNotEqual(answers.ids, sorted(answers.ids))
        self.assertEqual(len(answers), 12)

    def test_nothing_is_told_to_followers(self):
        """Followers of the survey are not told that somebody has just answered, nor by whom."""
        subtype = self.env.ref("survey.mt_survey_survey_user_input_completed")
        self.survey.message_subscribe(self.users["manager"].partner_id.ids, subtype.ids)
        before = self.env["mail.message"].search_count([])
        answer = self._send()
        sent = self.env["mail.message"].search_count([])
        self._finish(answer, csat=9)
        self.assertEqual(self.env["mail.message"].search_count([]), sent)
        self.assertGreaterEqual(sent, before)

    def test_promise_is_kept(self):
        """A survey that was sent anonymously is not named afterwards; a copy may be."""
        self.survey.care_is_anonymous = False
        self.survey.care_is_anonymous = True
        self._send()
        with self.assertRaisesRegex(UserError, "Make a copy"):
            self.survey.care_is_anonymous = False
        self.survey.copy({"care_is_anonymous": False})
        self.survey.write({"care_is_anonymous": True, "title": "Still anonymous"})

    def test_named_becomes_anonymous_from_the_next_answer(self):
        """What was answered by name stays; what is answered from now on has no name, whenever it was sent."""
        survey = self._create_survey(title="Named")
        self.rule.survey_id = survey
        first, second = self._send(cause="a"), self._send(cause="b")
        self._finish(first, csat=5)
        survey.care_is_anonymous = True
        self._finish(second, csat=7)
        scores = self.env["customer.survey.score"].search([("survey_id", "=", survey.id)], order="value")
        self.assertEqual([score.partner_id for score in scores], [self.contact, self.contact.browse()])
        self.assertTrue(first.exists())
        self.assertFalse(second.exists())

    def test_tests_keep_their_row(self):
        """Trying the survey out forgets nothing: nobody was asked."""
        test = self.survey._create_answer(user=self.users["manager"], test_entry=True)
        self._finish(test, csat=9)
        self.assertTrue(test.exists())
        self.survey.care_is_anonymous = False

    def test_unfinished_is_emptied_when_it_expires(self):
        """What was begun goes when it can no longer be finished; what still can be stays."""
        answer, open_one = self._send(cause="a"), self._send(cause="b")
        for begun in (answer, open_one):
            begun._mark_in_progress()
            begun._save_lines(self.csat, "5")
        answer.deadline = datetime(2026, 1, 1)
        self.env["survey.user_input"]._gc_care_unfinished()
        self.assertFalse(answer.user_input_line_ids)
        self.assertTrue(open_one.user_input_line_ids)

    # Few answers

    def _count(self, model, role="manager"):
        return self.env[model].with_user(self.users[role]).search_count([("survey_id", "=", self.survey.id)])

    def test_few_answers_are_hidden(self):
        """Answers, lines, comments and scores are seen from the company's number of answers on."""
        self.company.care_survey_min_answers = 3
        models = ("survey.user_input", "survey.user_input.line", "customer.survey.score")
        for number in range(2):
            self._finish(self._send(cause=f"few {number}"), csat=9, comment="Words")
        self._send(cause="open")
        for role in ("supervisor", "manager", "admin", "auditor"):
            self.assertEqual([self._count(model, role) for model in models], [0, 0, 0], role)
        self.assertEqual(self._count("customer.survey.score", "specialist"), 0)
        self._finish(self._send(cause="third"), csat=9, comment="Words")
        for role in ("supervisor", "manager", "admin", "auditor"):
            self.assertEqual([self._count(model, role) for model in models], [3, 12, 3], role)
        self.company.care_survey_min_answers = 4
        self.assertEqual(self._count("customer.survey.score"), 0)

    def test_named_answers_are_not_hidden(self):
        """Surveys with names, and scores without a survey, are seen as before."""
        survey = self._create_survey(title="Named")
        self.rule.survey_id = survey
        self._answer(self._send(), csat=9)
        manual = self.env["customer.survey.score"].create({"date": "2026-01-01", "kind": "csat", "value": 1})
        scores = self.env["customer.survey.score"].with_user(self.users["specialist"])
        self.assertEqual(scores.search_count([("survey_id", "=", survey.id)]), 1)
        self.assertEqual(scores.search_count([("id", "=", manual.id)]), 1)

    def test_companies_count_apart(self):
        """Answers of one company do not uncover those of another."""
        other = self.env["res.company"].create({"name": "Other"})
        self.company.care_survey_min_answers = other.care_survey_min_answers = 2
        for number, partner in enumerate(
            (self.contact, self.contact, self._create_partner("O", company_id=other.id))
        ):
            self._finish(self._send(partner, cause=f"c{number}"), csat=9)
        user = self.users["manager"]
        user.company_ids = self.company | other
        scores = self.env["customer.survey.score"].with_user(user)
        scores = scores.with_context(allowed_company_ids=(self.company | other).ids)
        self.assertEqual(scores.search([("survey_id", "=", self.survey.id)]).company_id, self.company)


@tagged("post_install", "-at_install")
class TestAnonymousAttack(AnonymousKit, MailCase, HttpCase):
    """The whole database is searched for the customer after an anonymous answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.person = cls._create_partner(
            "Xanthippe Quux", email="xanthippe.quux@example.org", phone="+32 470 99 88 77", lang="en_US"
        )

    def _search_database(self, needle):
        """Return the tables that have the text in any column, of any type."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        )
        found = set()
        for (table,) in tables:
            rows = self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS r WHERE r::text ILIKE %s LIMIT 1",
                    SQL.identifier(table),
                    f"%{needle}%",
                )
            )
            if rows:
                found.add(table)
        return found

    def _answer_by_link(self, answer, **values):
        path = f"{self.survey.access_token}/{answer.access_token}"
        self.url_open(answer.get_start_url())
        self.make_jsonrpc_request(f"/survey/begin/{path}", {})
        params = {str(getattr(self, name).id): value for name, value in values.items()}
        response = self.url_open(
            f"/survey/submit/{path}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "id": 0, "params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.assertNotIn("error", response.json()["result"][1])
        return response.json()["result"][1]["survey_content"], path

    def test_nothing_leads_to_the_customer(self):
        """After mail and answer only the customer and the request know the customer; nothing knows the token."""
        user = new_test_user(self.env, "xanthippe", groups="base.group_portal", partner_id=self.person.id)
        answer = self._send(self.person)
        old_id, token = answer.id, answer.access_token
        self.assertIn("mail_mail", self._search_database(token))
        with self.mock_mail_gateway(mail_unlink_sent=True):
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        self.authenticate("xanthippe", "xanthippe")
        page, path = self._answer_by_link(answer, csat="2", nps="1", ces="3", comment="Very personal words")
        self.assertIn("Thank you", page)
        self.assertNotIn("/survey/print", page, "there is nothing left to look at")
        self.env.invalidate_all()
        done = self._get_answers()
        self.assertEqual(len(done), 1)
        self.assertEqual(
            self._search_database("Very personal words"), {"survey_user_input_line", "customer_survey_score"}
        )
        self.assertEqual(self._search_database(token), set())
        for needle in ("Xanthippe", "470 99 88 77", "470998877"):
            self.assertLessEqual(self._search_database(needle), KNOWING_TABLES, needle)
        for table, column in self.env.execute_query(
            SQL(
                "SELECT tc.table_name, kcu.column_name FROM information_schema.table_constraints tc"
                " JOIN information_schema.key_column_usage kcu USING (constraint_schema, constraint_name)"
                " WHERE tc.constraint_type = 'FOREIGN KEY' AND tc.table_name ~ '^(survey_|customer_survey_score)'"
            )
        ):
            rows = self.env.execute_query(
                SQL("SELECT %s FROM %s", SQL.identifier(column), SQL.identifier(table))
            )
            owner = column.removesuffix("_id") if column.endswith(("partner_id", "user_id", "_uid")) else ""
            if owner:
                self.assertNotIn(
                    (self.person.id,) if "partner" in column else (user.id,), rows, f"{table}.{column}"
                )
        messages = self.env["mail.message"].search(
            [("model", "=", "survey.user_input"), ("res_id", "in", [old_id, done.id])]
        )
        self.assertFalse(messages)
        self.assertFalse(self.env["survey.user_input"].browse(old_id).exists())
        # the link afterwards
        response = self.url_open(f"/survey/{path}")
        self.assertEqual(response.status_code, 410)
        self.assertIn("The survey is anonymous", response.text)
        self.assertNotIn("Xanthippe", response.text.replace(user.name, ""))
        reply = self.make_jsonrpc_request(f"/survey/submit/{path}", {str(self.csat.id): "9"})
        self.assertEqual(reply[1]["error"], "token_wrong")
        self.assertEqual(len(self._get_answers()), 1)

    def test_going_on_before_it_is_finished(self):
        """Partial answers stay until the end, so that the customer may come back by his link."""
        self.survey.write({"questions_layout": "page_per_question", "users_can_go_back": True})
        answer = self._send(self.person)
        self.authenticate(None, None)
        path = f"{self.survey.access_token}/{answer.access_token}"
        self.make_jsonrpc_request(f"/survey/begin/{path}", {})
        self.make_jsonrpc_request(
            f"/survey/submit/{path}", {"question_id": self.csat.id, str(self.csat.id): "4"}
        )
        self.assertIn("Recommend?", self.url_open(answer.get_start_url()).text)
        self.env.invalidate_all()
        lines = self.env["survey.user_input.line"].with_user(self.users["manager"])
        self.assertFalse(lines.search([("survey_id", "=", self.survey.id)]), "nobody is shown it")

    def test_anyone_with_the_link(self):
        """On a survey for anyone, too, it is not kept who was logged in."""
        self.survey.access_mode = "public"
        user = new_test_user(self.env, "xanthippe", groups="base.group_portal", partner_id=self.person.id)
        self.authenticate("xanthippe", "xanthippe")
        self.url_open(f"/survey/start/{self.survey.access_token}")
        answer = self.env["survey.user_input"].search([("survey_id", "=", self.survey.id)])
        self._answer_by_link(answer, csat="2")
        done = self._get_answers()
        self.assertRecordValues(done, [{"partner_id": False, "email": False, "nickname": False}])
        self.assertNotIn(
            user, (done | done.browse()).create_uid | done.write_uid | done.user_input_line_ids.create_uid
        )
