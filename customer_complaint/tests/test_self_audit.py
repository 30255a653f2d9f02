from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_scorecard import ScorecardCommon


@tagged("post_install", "-at_install")
class TestSelfAudit(ScorecardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Audit = cls.env["customer.complaint.audit"].with_user(cls.manager)
        cls.env["customer.complaint"].search([]).active = False
        cls.audit = cls.Audit.create({"date_from": "2026-03-01", "date_to": "2026-03-31"})

    def _measure(self, name, day=30):
        with self._at(day):
            self.audit.action_measure()
        check = self.env.ref(f"customer_complaint.customer_complaint_audit_check_{name}")
        line = self.audit.line_ids.filtered(lambda line: line.check_id == check)
        return line.judged_count, line.good_count, set(line.sudo().offenders or [])

    def test_each_check(self):
        """Each computed check by one good and one offending complaint."""
        good = self._solve(self.handler, 2, (2, 13), verdict="valid", resolution="<p>Found</p>")
        good.category_id = self.env["customer.complaint.category"].search([], limit=1)
        bad = self._solve(self.handler, 2, (20, 13), resolution="<p><br></p>")
        bad.sudo().write({"category_id": False, "reopen_count": 1, "user_id": False})
        bad.sudo()._write_dates({"responded_datetime": False})
        self._rate(good, 5)
        for name in (
            "resolved",
            "sorted",
            "assessed",
            "investigated",
            "informed",
            "reopened",
            "satisfaction",
            "responsible",
        ):
            with self.subTest(check=name):
                self.assertEqual(self._measure(name), (2, 1, set(bad.ids)))
        self.assertEqual(self._measure("history"), (2, 2, set()))
        self.assertEqual(self._measure("executed"), (0, 0, set()))
        self.assertEqual(self._measure("open"), (0, 0, set()))

    def test_language_of_the_reader(self):
        """The questions are kept as they were, in the languages of all readers, whoever measured."""
        self.env["res.lang"]._activate_lang("zh_CN")
        check = self.env.ref("customer_complaint.customer_complaint_audit_check_history")
        check.update_field_translations("name", {"en_US": "Without gaps?", "zh_CN": "有无缺口？"})
        self._measure("history")
        check.update_field_translations("name", {"en_US": "Other", "zh_CN": "其他"})
        line = self.audit.line_ids.filtered(lambda line: line.check_id == check)
        self.assertEqual(line.with_context(lang="en_US").name, "Without gaps?")
        self.assertEqual(line.with_context(lang="zh_CN").name, "有无缺口？")
        with self.assertRaisesRegex(AccessError, "set by the program only"):
            line.update_field_translations("name", {"zh_CN": "改写"})
        self.assertEqual(line.with_context(lang="zh_CN").name, "有无缺口？")

    def test_open_and_period(self):
        """What is open and late offends; what came before, was cancelled or is praise is not looked at."""
        with self._at(27):
            late = self._create_complaint(user_id=self.handler.id)
            self._create_complaint(kind="praise")
            self._create_complaint().write({"stage_id": self.stage_cancelled.id})
        with self._at(27, month=2):
            self._create_complaint()
        self.env.flush_all()
        judged, good, offenders = self._measure("open")
        self.assertEqual((judged, good, offenders), (1, 0, set(late.ids)))

    def test_trained(self):
        """Who holds the topic on the day of receipt is good; a general complaint needs none."""
        topic = self.env.ref("customer_complaint.customer_complaint_qualification_major")
        training = self.env["customer.complaint.training"].create(
            {
                "user_id": self.handler.id,
                "qualification_id": topic.id,
                "date": "2026-03-03",
                "valid_until": "2026-03-10",
            }
        )
        with self._at(2):
            early = self._create_complaint(user_id=self.handler.id, severity="major")
            self._create_complaint(user_id=self.handler.id)
        with self._at(10):
            self._create_complaint(user_id=self.handler.id, is_major=True)
        self.assertEqual(self._measure("trained"), (2, 1, set(early.ids)))
        training.unlink()
        self.assertEqual(self._measure("trained")[1], 0)

    def test_remedy_named(self):
        """After a decline the final response counts; accepted later, or named before the decline, does not."""
        body = self.env["customer.complaint.external.body"].create({"name": "Arbiter"})
        answered = {}
        for name, kinds in (
            ("good", ["decline"]),
            ("bad", ["accept", "decline"]),
            ("early", ["decline"]),
            ("accepted", ["decline", "accept"]),
        ):
            answered[name] = complaint = self._solve(self.handler, 2, (2, 13))
            for kind in kinds:
                self.env["customer.complaint.answer"].create(
                    {"complaint_id": complaint.id, "kind": kind, "datetime": "2026-03-02 14:00:00"}
                )
        for name, moment in (("good", "2026-03-04 09:00:00"), ("early", "2026-03-02 13:00:00")):
            self.env["customer.complaint.letter"].create(
                {
                    "complaint_id": answered[name].id,
                    "use": "final",
                    "subject": "Our answer",
                    "external_body_id": body.id,
                }
            ).sudo().write({"state": "sent", "sent_datetime": moment})
        offenders = set((answered["bad"] | answered["early"]).ids)
        self.assertEqual(self._measure("escalation"), (3, 1, offenders))

    def test_analysed(self):
        """A cause, an action for grave ones, none late; what was not justified is not judged."""
        cause = self.env.ref("customer_complaint.customer_complaint_cause_quality_material")
        values = {"verdict": "valid", "cause_id": cause.id}
        good, late, grave, followed, dropped = (
            self._solve(self.handler, 2, (2, 13), severity=severity, **values)
            for severity in ("minor", "minor", "serious", "serious", "serious")
        )
        nameless = self._solve(self.handler, 2, (2, 13), verdict="partly")
        self._solve(self.handler, 2, (2, 13), verdict="invalid")
        Action = self.env["customer.complaint.action"]
        for complaint, state, due in (
            (late, "open", "2026-03-05"),
            (followed, "done", "2026-03-05"),
            (dropped, "cancelled", False),
        ):
            Action.create(
                {
                    "name": "Seal",
                    "user_id": self.handler.id,
                    "complaint_ids": [(4, complaint.id)],
                    "date_due": due,
                }
            ).sudo()._set({"state": state})
        offenders = set((late | grave | dropped | nameless).ids)
        self.assertEqual(self._measure("analysis"), (6, 2, offenders))
        self.assertTrue(good)

    def test_life(self):
        """Nothing to judge is said; manual questions must be answered; finished results are frozen."""
        with self.assertRaises(UserError):
            self.audit.action_finish()
        self._measure("resolved")
        lines = self.audit.line_ids
        self.assertEqual(set(lines.filtered(lambda line: not line.is_manual).mapped("status")), {"none"})
        with self.assertRaises(UserError):
            self.audit.action_finish()
        manual = lines.filtered("is_manual")
        manual.answer = "yes"
        manual[:1].answer = "partly"
        self.assertEqual(self.audit.failed_count, 1)
        self._measure("resolved")
        self.assertEqual(manual[:1].answer, "partly")
        self.audit.action_finish()
        for call in (
            self.audit.action_measure,
            self.audit.unlink,
            lambda: manual.write({"evidence": "a"}),
            lambda: self.audit.write({"date_to": "2026-03-30"}),
        ):
            with self.assertRaises(UserError):
                call()

    def test_compared_with_last(self):
        self._solve(self.handler, 2, (2, 13))
        self._measure("resolved")
        self.audit.line_ids.filtered("is_manual").answer = "yes"
        self.audit.action_finish()
        following = self.Audit.create({"date_from": "2026-04-01", "date_to": "2026-04-30"})
        following.action_measure()
        line = following.line_ids.filtered(lambda line: line.check_id.provider == "resolved")
        self.assertRecordValues(line, [{"has_previous": True, "previous_percent": 100, "is_judged": False}])

    def test_roles(self):
        """Managers audit, director and auditor read, nobody forges a result, nothing hidden is shown."""
        hidden = self._solve(
            self.handler, 2, (20, 13), is_confidential=True, accused_ids=[(4, self.manager.id)]
        )
        self._measure("resolved")
        line = self.audit.line_ids.filtered(lambda line: line.check_id.provider == "resolved")
        self.assertEqual(line.offender_count, 1)
        domain = line.action_open_offenders()["domain"]
        self.assertEqual(domain, [("id", "in", hidden.ids)])
        self.assertFalse(self.env["customer.complaint"].with_user(self.manager).search(domain))
        for vals in ({"percent": 100}, {"offenders": []}, {"target": 1}):
            with self.assertRaises(AccessError):
                line.write(vals)
        with self.assertRaises(AccessError):
            self.Audit.create({"state": "done"})
        for user, read in (
            (self.director, True),
            (self.auditor, True),
            (self.supervisor, False),
            (self.handler, False),
            (self.employee, False),
            (self.portal, False),
        ):
            audit = self.audit.with_user(user)
            self.assertEqual(audit.has_access("read"), read, user.login)
            for call in (audit.action_measure, audit.action_finish):
                with self.assertRaises(AccessError):
                    call()

    def test_report(self):
        self._solve(self.handler, 2, (2, 13))
        self._measure("resolved")
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "customer_complaint.customer_complaint_audit_document", self.audit.ids
        )
        self.assertIn(b"Are complaints solved in time?", page)

    def test_zone(self):
        """The period is that of the company."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        with self._at(31, 15):
            self._create_complaint(user_id=self.handler.id)
        with self._at(31, 17):
            self._create_complaint(user_id=self.handler.id)
        self.env.flush_all()
        self.assertEqual(self._measure("responsible", day=31)[0], 1)
        self.assertLess(datetime(2026, 3, 31), self.audit.measured_datetime)

    def test_days_of_training_and_actions(self):
        """Also the day of receipt and the day an action is due are those of the company."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        self.env["customer.complaint.training"].create(
            {
                "user_id": self.handler.id,
                "qualification_id": self.env.ref(
                    "customer_complaint.customer_complaint_qualification_major"
                ).id,
                "date": "2026-03-03",
            }
        )
        with self._at(2, 17):
            self._create_complaint(user_id=self.handler.id, severity="major")
        self.assertEqual(self._measure("trained")[:2], (1, 1))
        cause = self.env.ref("customer_complaint.customer_complaint_cause_quality_material")
        solved = self._solve(self.handler, 3, (3, 13), verdict="valid", cause_id=cause.id)
        self.env["customer.complaint.action"].create(
            {
                "name": "Seal",
                "user_id": self.handler.id,
                "complaint_ids": [(4, solved.id)],
                "date_due": "2026-03-05",
            }
        ).sudo()._set({"state": "open"})
        for hour, good in ((15, 1), (17, 0)):
            with self._at(5, hour):
                self.audit.action_measure()
            line = self.audit.line_ids.filtered(lambda line: line.check_id.provider == "analysed")
            self.assertEqual((line.judged_count, line.good_count), (1, good))
