from odoo.tests import tagged

from .common import ComplaintCommon

CREATE_ONE, CREATE_MANY, STAGE, LIST, REFRESH = 30, 60, 24, 12, 14


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
        self.assertLessEqual(many - few, 20)

    def test_stage_change_queries(self):
        """A mass change of stage is as many queries as that of a few."""
        complaints = self._create_many(100)
        self._count(lambda: complaints[0].write({"stage_id": self.stage_accepted.id}))
        one = self._count(lambda: complaints[1].write({"stage_id": self.stage_accepted.id}))
        many = self._count(lambda: complaints.write({"stage_id": self.stage_investigating.id}))
        self.assertLessEqual(one, STAGE)
        self.assertLessEqual(many, STAGE + 5)

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
            "time_left",
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

    def test_default_order_uses_its_index(self):
        """The default order has an index of its own."""
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'customer_complaint'")
        definitions = [row[0] for row in self.env.cr.fetchall()]
        self.assertTrue(any("(next_deadline, id DESC)" in definition for definition in definitions))
