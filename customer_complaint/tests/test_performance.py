from odoo.tests import tagged

from .common import ComplaintCommon

CREATE_ONE, CREATE_MANY, STAGE, LIST, REFRESH, MAIL_QUERIES, ESCALATE = 13, 26, 12, 5, 5, 60, 50

MAIL = """From: max.mail@customer.example
To: complaints@example.com
Subject: Speed %(number)s
Message-ID: <speed-%(number)s@customer.example>
Date: Mon, 02 Mar 2026 09:12:00 +0000
Content-Type: text/plain; charset="utf-8"

Something is broken.
"""


@tagged("post_install", "-at_install")
class TestPerformance(ComplaintCommon):
    """Queries are bounded, whatever the number of complaints."""

    def _count(self, function):
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def _create_many(self, count):
        return self.env["customer.complaint"].create([self._prepare_complaint() for _index in range(count)])

    def test_create_queries(self):
        """One complaint costs about what a minimal document with chatter costs; many cost little more."""
        self._create_many(2)
        self.assertLessEqual(self._count(lambda: self._create_many(1)), CREATE_ONE)
        few = self._count(lambda: self._create_many(10))
        many = self._count(lambda: self._create_many(200))
        self.assertLessEqual(many, CREATE_MANY)
        self.assertLessEqual(many - few, 8)

    def test_stage_change_queries(self):
        """A mass change of stage is as many queries as that of a few."""
        complaints = self._create_many(100)
        self._count(lambda: complaints[0].write({"stage_id": self.stage_accepted.id}))
        one = self._count(lambda: complaints[1].write({"stage_id": self.stage_accepted.id}))
        many = self._count(lambda: complaints.write({"stage_id": self.stage_investigating.id}))
        self.assertLessEqual(one, STAGE)
        self.assertLessEqual(many, STAGE + 2)

    def test_resolve_queries(self):
        """Resolving many plans their callbacks in one go."""
        complaints = self._create_many(60)
        few = self._count(lambda: complaints[:5].write({"stage_id": self.stage_resolved.id}))
        many = self._count(lambda: complaints[5:].write({"stage_id": self.stage_resolved.id}))
        self.assertLessEqual(many - few, 5)

    def test_list_queries(self):
        """A page of the list is read without a query for each row."""
        self._create_many(40)
        names = [
            "number",
            "name",
            "partner_id",
            "severity",
            "priority",
            "team_id",
            "user_id",
            "stage_id",
            "marks",
        ]
        specification = {name: {} for name in [*names, "is_late", "phase"]}
        Complaint = self.env["customer.complaint"].with_user(self.manager)
        # Once before: rights and rules are kept in the registry's cache.
        Complaint.web_search_read([], specification, limit=80)
        count = self._count(lambda: Complaint.web_search_read([], specification, limit=80))
        self.assertLessEqual(count, LIST)

    def test_refresh_queries(self):
        """All open time limits are computed anew in a fixed number of queries."""
        complaints = self._create_many(100)
        for line in (1, 2):
            self.policy.line_ids.limit = 40 + line
        self.assertLessEqual(self._count(complaints._refresh_clocks), REFRESH)

    def test_escalation_queries(self):
        """Escalating many complaints costs about as many queries as escalating a few."""
        rule = self.env.ref("customer_complaint.customer_complaint_escalation_default")
        rule.active = True
        rule.level_ids.write({"since_datetime": "2020-01-01 00:00:00"})
        values = self._prepare_complaint(user_id=self.handler.id, received_datetime="2026-03-02 09:00:00")
        complaints = self.env["customer.complaint"].create([dict(values) for _index in range(110)]).sudo()
        complaints[:2]._escalate_due()
        few = self._count(complaints[2:10]._escalate_due)
        many = self._count(complaints[10:]._escalate_due)
        self.assertEqual(set(complaints.mapped("escalation_level")), {3})
        self.assertLessEqual(many, ESCALATE)
        self.assertLessEqual(many - few, 4)

    def test_mail_queries(self):
        """A mail becomes a complaint in a bounded number of queries; the job acknowledges it afterwards."""
        self.env["res.partner"].create({"name": "Max", "email": "max.mail@customer.example"})
        self.env["mail.alias.domain"].search([], limit=1) or self.env["mail.alias.domain"].create(
            {"name": "example.com"}
        )
        source = MAIL % {"number": 1}
        self.env["mail.thread"].message_process("customer.complaint", source)
        source = MAIL % {"number": 2}
        count = self._count(lambda: self.env["mail.thread"].message_process("customer.complaint", source))
        complaint = self.env["customer.complaint"].search([("name", "=", "Speed 2")])
        self.assertEqual(complaint.acknowledge_state, "todo")
        self.assertLessEqual(count, MAIL_QUERIES)

    def test_acknowledgement_without_limit(self):
        """An acknowledgement that fulfils no time limit does not ask for all of them anew."""
        complaint = self._create_many(1)
        count = self._count(lambda: complaint.sudo().write({"acknowledged_datetime": "2026-03-02 10:00:00"}))
        self.policy.line_ids.create(
            {"policy_id": self.policy.id, "target": "acknowledge", "limit": 4, "unit": "working_hours"}
        )
        self.env.flush_all()
        refreshed = self._count(
            lambda: complaint.sudo().write({"acknowledged_datetime": "2026-03-02 11:00:00"})
        )
        self.assertLess(count, refreshed)
        clock = complaint.sudo().clock_ids.filtered(lambda line: line.target == "acknowledge")
        self.assertEqual(len(clock), 1)

    def test_search_phase(self):
        """Complaints are found by phase without reading the stages, whatever the operator."""
        complaints = self._create_many(3)
        complaints[0].stage_id = self.stage_accepted
        complaints[1].stage_id = self.stage_resolved
        Complaint = self.env["customer.complaint"]
        for operator, value, found in (
            ("=", "open", complaints[0] + complaints[2]),
            ("in", ["open", "resolved"], complaints),
            ("!=", "open", complaints[1]),
            ("not in", ["resolved", "closed"], complaints[0] + complaints[2]),
            ("=", False, Complaint),
        ):
            with self.subTest(operator=operator, value=value):
                domain = [("id", "in", complaints.ids), ("phase", operator, value)]
                self.assertEqual(Complaint.search(domain, order="id"), found.sorted("id"))
        query = Complaint._search([("phase", "in", ("open", "waiting"))])
        self.assertNotIn("customer_complaint_stage", query.select().code)

    def test_address_has_an_index(self):
        """The mail gateway finds contacts by their address without reading all of them."""
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'res_partner'")
        definitions = [row[0] for row in self.env.cr.fetchall()]
        self.assertTrue(any("(email_normalized)" in definition for definition in definitions))

    def test_default_order_uses_its_index(self):
        """The default order has an index of its own."""
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'customer_complaint'")
        definitions = [row[0] for row in self.env.cr.fetchall()]
        self.assertTrue(any("(next_deadline, id DESC)" in definition for definition in definitions))
