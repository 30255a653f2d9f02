from odoo.tests import tagged

from .approval_common import PLAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalBatch(ApprovalCase):
    def _create_batch(self, count):
        return self.Document.with_user(self.employee).create(
            [
                {
                    "name": f"Refund {number}",
                    "amount": 20000,
                    "company_id": self.company.id,
                    "currency_id": self.currency.id,
                }
                for number in range(count)
            ]
        )

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _count_life(self, count):
        """Return the queries of each step in the life of documents."""
        documents = self._create_batch(count)
        others = self._create_batch(count)
        figures = {
            "request": self._count(documents.action_request_approval),
            "manager": self._count(documents.with_user(self.manager).action_approve),
            "director": self._count(documents.with_user(self.director).action_approve),
            "raise": self._count(lambda: documents.write({"amount": 30000})),
        }
        others.action_request_approval()
        figures["reject"] = self._count(lambda: others.with_user(self.manager).action_reject("No"))
        self.assertEqual(set(documents.mapped("approval_state")), {"draft"})
        self.assertEqual(set(others.mapped("approval_state")), {"rejected"})
        return figures

    def test_queries_do_not_grow_with_the_documents(self):
        """200 documents at once cost hardly more than 20: the ORM writes in blocks of 100 rows."""
        self._count_life(2)
        few = self._count_life(20)
        many = self._count_life(200)
        for step, queries in many.items():
            self.assertLessEqual(queries, few[step] + 8, f"{step}: {few} -> {many}")
            self.assertLess(queries, 80, f"{step}: {many}")

    def test_free_write_costs_nothing(self):
        """A write that matters to no approval costs the one UPDATE."""
        documents = self.env[PLAIN].create([{"name": str(number)} for number in range(3)])
        documents.action_request_approval()
        self.assertEqual(set(documents.mapped("approval_state")), {"approved"})
        documents.write({"name": "warm"})
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            documents.write({"name": "free"})
            self.env.flush_all()

    def test_protected_fields_include_amount_currency_and_company(self):
        """What the limits are judged by needs no naming."""
        protected = self.Document._approval_get_protected()
        self.assertEqual(set(protected), {"partner_id", "total", "amount", "currency_id", "company_id"})
