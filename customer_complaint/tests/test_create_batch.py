from itertools import product

from odoo.tests import tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestCreateBatch(ComplaintCommon):
    """What is computed once for complaints that are alike is what each would have got alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grade = cls.env["customer.grade"].search([], limit=1)
        cls.key = cls.env["res.partner"].create({"name": "Key"})
        cls.key._fields["care_grade_id"].write(cls.key, cls.grade.id)
        cls._create_policy(
            response=(2, "working_hours"), resolution=(1, "calendar_days"), grade_ids=cls.grade.ids
        )
        cls._create_policy(response=(3, "working_hours"), severity="serious", sequence=2)
        cls.other_team = cls._create_team(
            name="Night", calendar_id=cls._create_calendar(name="Other", tz="Asia/Shanghai").id
        )

    def _read(self, complaints):
        names = ("policy_id", "next_deadline", "next_target", "next_escalation_datetime", "priority")
        clocks = ("target", "limit", "unit", "start_datetime", "deadline", "state", "used_seconds")
        return [
            (
                [complaint[name] for name in names],
                [[clock[name] for name in clocks] for clock in complaint.clock_ids.sorted("target")],
                [(row.stage_id, row.datetime, row.phase) for row in complaint.stage_history_ids],
            )
            for complaint in complaints
        ]

    def test_mixed_batch(self):
        """Grade, severity, team, receipt and stage decide for each of a batch; nothing else is mixed up."""
        rows = [
            self._prepare_complaint(
                partner_id=partner.id, severity=severity, team_id=team.id, received_datetime=received, **stage
            )
            for partner, severity, team, received, stage in product(
                (self.customer, self.key),
                ("general", "serious"),
                (self.team, self.other_team),
                ("2026-03-02 09:00:00", "2026-03-03 10:00:00"),
                ({}, {"stage_id": self.stage_resolved.id}),
            )
        ]
        with self._at(3, 12):
            together = self.env["customer.complaint"].create([dict(vals) for vals in rows])
            alone = self.env["customer.complaint"].browse()
            for vals in rows:
                alone += self.env["customer.complaint"].create(dict(vals))
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(self._read(together), self._read(alone))
            before = self._read(together)
            together._refresh_clocks()
            self.assertEqual(self._read(together), before)
        self.assertEqual(len(together.policy_id), 3)
        self.assertGreater(len(set(together.mapped("next_deadline"))), 4)
        done = together.filtered(lambda complaint: complaint.stage_id == self.stage_resolved)
        self.assertFalse(any(done.mapped("next_deadline")))
        self.assertEqual(set(done.clock_ids.mapped("state")), {"met"})

    def test_defaults(self):
        """Defaults of fields, users and contexts hold, but for what only the program sets."""
        Complaint = self.env["customer.complaint"].with_user(self.manager)
        self.env["ir.default"].set("customer.complaint", "urgency", "high", user_id=self.manager.id)
        self.env["ir.default"].set("customer.complaint", "product_ref", "P-1", user_id=self.manager.id)
        context = {"default_source_reference": "R-7", "default_verdict_datetime": "2026-01-01 00:00:00"}
        vals = {"name": "x", "team_id": self.team.id}
        complaint = Complaint.with_context(**context).create(vals)
        self.assertRecordValues(
            complaint.sudo(),
            [
                {
                    "urgency": "high",
                    "product_ref": "P-1",
                    "source_reference": "R-7",
                    "severity": "general",
                    "channel": "phone",
                    "verdict_datetime": False,
                }
            ],
        )
        defaults = Complaint.with_context(**context).default_get(list(Complaint._fields))
        self.assertEqual(defaults["urgency"], "high")
        self.assertNotIn("verdict_datetime", defaults)

    def test_cached_names(self):
        """Names of stages and teams are those of now: after a change, in each language, and of new ones."""
        self.env["res.lang"]._activate_lang("zh_CN")
        for record in (self.stage_accepted, self.team):
            with self.subTest(model=record._name):
                chinese = record.with_context(lang="zh_CN")
                names = record.display_name, chinese.display_name
                record.update_field_translations("name", {"zh_CN": "新的"})
                self.assertEqual((record.display_name, chinese.display_name), (names[0], "新的"))
                record.name = "Changed"
                self.assertEqual((record.display_name, chinese.display_name), ("Changed", "新的"))
                self.assertEqual(record.copy({"name": "Copied"}).display_name, "Copied")
                self.assertEqual(record.new({"name": "Draft"}).display_name, "Draft")
