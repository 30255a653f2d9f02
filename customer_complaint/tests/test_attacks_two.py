import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_investigation import InvestigationCommon
from .common_solution import SolutionCommon

NAN, INFINITE = float("nan"), float("inf")
# Not stored read-only fields of the model itself, or refused otherwise.
MIXED_IN = ("message_", "activity_", "approval_", "rating_")
LOGGED = {"id", "create_uid", "create_date", "write_uid", "write_date"}
# Whatever is written, by whomever: refused as a whole (test_warning), or not reachable over RPC.
REFUSED_WHOLLY = {f"customer.complaint.{name}" for name in ("warning", "verdict", "action.recurrence")}
REFUSED_FIELDS = {"token", "recurrence_ids", "code"}


class AttackCommon(SolutionCommon, InvestigationCommon):
    """A complaint of ``handler`` with one record of each kind that belongs to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan().sudo()
        cls.measure = cls.plan.measure_ids
        cls.letter = cls._create_letter().sudo()
        cls.compensation = cls._create_compensation(cls.complaint)
        cls.share = cls._add_share(100, party="person", user_id=cls.other_handler.id)
        cls.report = cls._add("major.report", happened="<p>Fire</p>")
        cls.review = cls._add("review", reason="Too late")
        cls.records = (
            cls.plan,
            cls.measure,
            cls.letter,
            cls.compensation,
            cls.share,
            cls.report,
            cls.review,
            cls._add_appraisal(),
            cls._add("evidence", name="Photo"),
            cls._add_statement(),
            cls._add_fact(),
        )
        cls.action = cls.env["customer.complaint.action"].create(
            {"name": "Another seal", "user_id": cls.manager.id, "complaint_ids": cls.complaint.ids}
        )

    def _file(self, user=None, **vals):
        files = self.env["ir.attachment"].with_user(user or self.env.user)
        return files.create({"name": "secret.txt", "raw": b"secret", **vals})


@tagged("post_install", "-at_install")
class TestForgedFields(AttackCommon):
    def test_read_only_is_guarded(self):
        """What a screen shows read-only is set by the program only, in each model of complaints that has a guard."""
        Guard = self.env.registry["customer.guard.mixin"]
        count = 0
        for name, model in self.env.items():
            if not name.startswith("customer.complaint.") or not isinstance(model, Guard) or model._abstract:
                continue
            count += 1
            guarded = {*model._guarded_fields, *model._computed_fields, *LOGGED, *REFUSED_FIELDS}
            free = [
                field.name
                for field in model._fields.values()
                if field.store and field.readonly and field.name not in guarded
                if not field.name.startswith(MIXED_IN)
            ]
            if name not in REFUSED_WHOLLY:
                with self.subTest(model=name):
                    self.assertFalse(free)
        self.assertGreater(count, 15)

    def test_read_only_is_refused(self):
        """Complaints and compensations have guards of their own: even a manager writes nothing read-only."""
        example = {"integer": 7, "float": 7.0, "monetary": 7.0, "many2one": 1, "boolean": True}
        example |= {"date": "2026-01-01", "datetime": "2026-01-01 00:00:00"}
        for record in (self.complaint, self.compensation):
            for field in record._fields.values():
                if (
                    not (field.store and field.readonly)
                    or field.name in LOGGED
                    or field.relational
                    and (field.type != "many2one")
                ):
                    continue
                if field.name.startswith(("message_", "activity_", "rating_")):
                    continue
                value = example.get(field.type, "x")
                if field.type == "selection":
                    value = field.get_values(self.env)[-1]
                with self.subTest(model=record._name, field=field.name), self.assertRaises(AccessError):
                    record.with_user(self.manager).write({field.name: value})

    def test_defaults_of_the_context(self):
        """What is computed is not taken from the context of a client, which passes by the guards of the values."""
        company = self.env["res.company"].create({"name": "Other"})
        share = self.env["customer.complaint.responsibility"].with_user(self.handler)
        other = self._create_complaint(user_id=self.handler.id)
        share = share.with_context(default_answer_user_id=self.handler.id).create(
            {"complaint_id": other.id, "party": "person", "user_id": self.other_handler.id, "percent": 100}
        )
        self.assertEqual(share.answer_user_id, self.other_handler)
        offer = self.env["customer.complaint.compensation"].with_user(self.handler)
        offer = offer.with_context(
            default_amount_company=1, default_amount_date="2020-01-01", default_company_id=company.id
        ).create({"complaint_id": other.id, "amount": 5000})
        self.assertEqual(offer.amount_company, 5000)
        self.assertEqual(offer.company_id, other.company_id)
        self.assertNotEqual(offer.amount_date.year, 2020)
        plan = self.env["customer.complaint.plan"].with_user(self.handler)
        plan = plan.with_context(
            default_company_id=company.id, default_state="approved", default_previous_id=self.plan.id
        ).create({"complaint_id": other.id})
        self.assertRecordValues(
            plan, [{"company_id": other.company_id.id, "state": "draft", "previous_id": False}]
        )

    def test_nobody_answers_for_another(self):
        """Who is named accepts the share, not who has named him."""
        with self.assertRaises(AccessError):
            self.share.with_user(self.handler).answer_user_id = self.handler
        self.complaint.with_user(self.handler).action_propose_split()
        with self.assertRaises(AccessError):
            self.share.with_user(self.handler).action_accept()

    def test_reason_of_the_customer_stays(self):
        """Why the customer declined is not written anew by a supervisor."""
        with self.assertRaises(AccessError):
            self.review.with_user(self.supervisor).reason = "He is satisfied"

    def test_numbers_without_sense(self):
        """Neither negative, nor endless, nor no number at all."""
        band = self.env["customer.complaint.reward.band"]
        for value in (-1, NAN, INFINITE, -INFINITE, 1e300):
            for call in (
                lambda value=value: self._create_compensation(self.complaint, value),
                lambda value=value: self.action.write({"cost": value}),
                lambda value=value: self.measure.write({"cost_estimate": value}),
                lambda value=value: self._add_appraisal(cost=value),
                lambda value=value: self._add_share(value, party="customer"),
                lambda value=value: band.create(
                    {"name": "x", "total_from": 0, "total_to": 9, "amount": value}
                ),
            ):
                with self.subTest(value=value):
                    self._assert_refused(call)


@tagged("post_install", "-at_install")
class TestLinks(AttackCommon):
    def test_actions_through_the_complaint(self):
        """Whoever may not write an action neither links nor unlinks it through a complaint of his."""
        complaint = self._create_complaint(user_id=self.handler.id).with_user(self.handler)
        link, unlink = Command.link(self.action.id), Command.unlink(self.action.id)
        for record, command in ((complaint, link), (self.complaint.with_user(self.handler), unlink)):
            with self.subTest(command=command), self.assertRaises(AccessError):
                record.write({"action_ids": [command]})
        with self.assertRaises(AccessError):
            complaint.create({"name": "x", "team_id": self.team.id, "action_ids": [link]})
        found = complaint.with_context(default_action_ids=self.action.ids).create({"name": "x"})
        self.assertFalse(found.action_ids)
        self.action.sudo().write({"user_id": self.handler.id})
        complaint.action_ids = [link]
        self.assertIn(complaint, self.action.complaint_ids)
        self.action.sudo().state = "effective"
        with self.assertRaises(UserError):
            complaint.action_ids = [unlink]

    def test_files_of_others(self):
        """No file is taken, or handed out, by naming its number: of a colleague, or of another document."""
        hidden = self._create_complaint(is_confidential=True, user_id=self.manager.id)
        files = self._file(self.manager), self._file(res_model=hidden._name, res_id=hidden.id)
        task = self.env["customer.complaint.task"].with_user(self.handler)
        task = task.create(
            {"name": "x", "complaint_id": self.complaint.id, "department_id": self.department.id}
        )
        self.action.user_id = self.handler
        for file in files:
            for record, name in (
                (task, "attachment_ids"),
                (self.measure, "evidence_ids"),
                (self.compensation, "evidence_file_ids"),
                (self.complaint, "evidence_ids"),
                (self.action, "attachment_ids"),
            ):
                with self.subTest(model=record._name, file=file.res_model), self.assertRaises(AccessError):
                    record.with_user(self.handler).write({name: [Command.link(file.id)]})

    def test_proofs_stay(self):
        """What was sent, issued or signed is not replaced by the way of its file."""
        self.letter.file_id = self._file(res_model=self.letter._name, res_id=self.letter.id)
        self.report.pdf = base64.b64encode(b"%PDF issued")
        files = self.env["ir.attachment"].sudo()
        pdf = files.search([("res_model", "=", self.report._name), ("res_field", "=", "pdf")])
        for file in (self.letter.file_id, pdf):
            for user in (self.handler, self.manager):
                with self.subTest(file=file.res_model, user=user.login):
                    with self.assertRaises(AccessError):
                        file.with_user(user).raw = b"forged"
                    with self.assertRaises(AccessError):
                        file.with_user(user).unlink()
        forged = {"res_model": "customer.complaint", "res_id": self.complaint.id, "res_field": "signature"}
        with self.assertRaises(AccessError):
            self._file(self.handler, **forged)
        own = self._file(self.handler)
        with self.assertRaises(AccessError):
            own.write(forged)
        own.with_user(self.handler).write({"name": "still mine"})

    def test_ratings_are_of_customers(self):
        """No employee rates for a customer: by a rating of his own, a changed one, or a message with one."""
        rated = self._create_complaint(user_id=self.handler.id)
        rated.rating_apply(1, token=rated._rating_get_access_token())
        rating = rated.rating_ids
        model_id = self.env["ir.model"]._get_id("customer.complaint")
        partner = self.env.user.partner_id
        own = {"res_model_id": self.env["ir.model"]._get_id(partner._name), "res_id": partner.id}
        for user in (self.employee, self.handler, self.manager):
            ratings = self.env["rating.rating"].with_user(user)
            vals = {"res_model_id": model_id, "res_id": rated.id, "rating": 5, "consumed": True}
            with self.subTest(user=user.login):
                for call in (
                    lambda ratings=ratings, vals=vals: ratings.create(vals),
                    lambda user=user: rating.with_user(user).write({"rating": 5}),
                    lambda user=user: rating.with_user(user).reset(),
                    lambda user=user: rated.with_user(user).message_post(body="x", rating_value=5),
                    lambda ratings=ratings, user=user: rated.with_user(user).rating_apply(
                        5, token=ratings.create(own).access_token
                    ),
                ):
                    with self.assertRaises(AccessError):
                        call()
        self.assertEqual(rated.rating_ids.mapped("rating"), [1])
        self.assertEqual(rated.satisfaction, 2)
