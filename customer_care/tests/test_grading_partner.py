from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.res_partner_grading import GRADE_FIELDS
from .grading_common import GradingCommon


@tagged("post_install", "-at_install")
class TestGradingMerge(GradingCommon):
    def _merge(self, kept, *others, user=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user or self.manager)
        wizard._merge([kept.id, *(other.id for other in others)], kept)
        self.env.invalidate_all()
        for other in others:
            self.assertFalse(other.exists())

    def _read(self, partner):
        return partner.sudo().read(GRADE_FIELDS, load=None)[0]

    def test_grading_merge_keeps_the_grade_of_the_record_that_stays(self):
        """Who is merged in leaves neither grade nor score, date, validity or result; contacts show the kept one."""
        kept, double = self._create_buyer("C", "Twin"), self._create_buyer("A", "Twin")
        contact = self._create_customer("Contact", parent_id=double.id)
        self._approve(self._run())
        double.sudo().care_grade_until = fields.Date.add(fields.Date.today(), days=9)
        self.assertEqual(contact.care_grade_id, self.grades["A"])
        before = self._read(kept)
        self._merge(kept, double)
        self.assertEqual(self._read(kept), before)
        self.assertEqual(contact.commercial_partner_id, kept)
        self.assertEqual({**self._read(contact), "id": kept.id}, before)

    def test_grading_merge_into_an_ungraded_customer(self):
        """A customer without a grade has none after the merge either, until the next run."""
        kept, double = self._create_buyer(name="Twin"), self._create_buyer("A", "Twin")
        self._approve(self._run())
        self._merge(kept, double)
        self.assertFalse(any(value for name, value in self._read(kept).items() if name != "id"))
        self._approve(self._run())
        self.assertEqual(self._get_codes(kept), ["A"], "the purchases came along")

    def test_grading_merge_drops_the_results_of_the_other(self):
        """Results of the merged customer go, open proposals close; those of the kept one stay as they are."""
        kept, double = self._create_buyer("C", "Twin", "C"), self._create_buyer("A", "Twin")
        run = self._run()
        proposal = self._get_result(run, double).proposal_id
        ids = self._get_result(run, double).ids
        self._merge(kept, double)
        self.assertFalse(self.env["customer.grading.result"].browse(ids).exists())
        self.assertEqual(self._get_result(run, kept).state, "unchanged")
        self.assertEqual((proposal.approval_state, run.state), ("draft", "done"))

    def test_grading_merge_keeps_the_life_cycle_stage(self):
        """The stage, its day, its end and its reason are those of the record that stays."""
        stages = self.env["customer.lifecycle.stage"].search([], limit=2)
        until = fields.Date.add(fields.Date.today(), days=9)
        kept, double = self._create_buyer(name="Twin"), self._create_buyer(name="Twin")
        double.sudo()._care_set_lifecycle(stages[1], "Promised", until)
        self._merge(kept, double)
        self.assertRecordValues(
            kept,
            [
                {
                    "care_lifecycle_stage_id": False,
                    "care_lifecycle_until": False,
                    "care_lifecycle_reason": False,
                }
            ],
        )
        other = self._create_buyer(name="Twin")
        kept.sudo()._care_set_lifecycle(stages[0], "Known", until)
        other.sudo()._care_set_lifecycle(stages[1], "Promised", fields.Date.add(until, days=9))
        self._merge(kept, other)
        self.assertRecordValues(
            kept,
            [
                {
                    "care_lifecycle_stage_id": stages[0].id,
                    "care_lifecycle_until": until,
                    "care_lifecycle_reason": "Known",
                }
            ],
        )

    def test_grading_merge_of_contacts_shows_their_company(self):
        """Contacts that are merged show the grade of the company to which the kept one belongs."""
        company = self._create_buyer("A")
        contacts = [self._create_customer("Contact", parent_id=company.id) for _n in range(2)]
        self._approve(self._run())
        self._merge(contacts[0], contacts[1])
        self.assertEqual(self._get_codes(contacts[0]), ["A"])
        single = self._create_customer("Contact")
        lone = self._create_customer("Contact", parent_id=company.id)
        self._merge(single, lone)
        self.assertEqual((single.commercial_partner_id, self._get_codes(single)), (company, ["A"]))


@tagged("post_install", "-at_install")
class TestGradingMoved(GradingCommon):
    def _grade(self):
        company, other = self._create_buyer("A"), self._create_buyer("C")
        self._approve(self._run())
        return company, other

    def test_grading_contact_that_leaves_its_company_leaves_the_grade(self):
        """A contact made a customer of his own has no grade: nobody gets one around the approval."""
        company, _other = self._grade()
        for vals in ({"parent_id": False}, {"is_company": True}):
            contact = self._create_customer("Contact", parent_id=company.id)
            self.assertEqual(contact.care_score, 90)
            contact.with_user(self.specialist).write(vals)
            self.assertEqual(contact.commercial_partner_id, contact)
            for name in GRADE_FIELDS:
                self.assertFalse(contact[name], name)

    def test_grading_contact_that_moves_shows_the_new_company(self):
        """Whoever comes to another customer shows what that one has, also when that is nothing."""
        company, other = self._grade()
        ungraded = self._create_buyer()
        contact = self._create_customer("Contact", parent_id=company.id)
        for target, code in ((other, "C"), (ungraded, False), (company, "A")):
            contact.with_user(self.specialist).parent_id = target
            self.assertEqual(self._get_codes(contact), [code])
            for name in GRADE_FIELDS:
                self.assertEqual(contact[name], target[name], name)
        self.assertEqual(self._get_codes(company | other | ungraded), ["A", "C", False])

    def test_grading_customer_that_becomes_a_contact_shows_its_company(self):
        """A graded person who is put under a company without a grade shows none."""
        person = self._create_customer("Person")
        self._give(person, "A")
        person.with_user(self.specialist).parent_id = self._create_buyer()
        self.assertEqual(self._get_codes(person), [False])

    def test_grading_copy_has_no_grade(self):
        """A copied customer is not graded, a copied contact shows its company's grade."""
        company, _other = self._grade()
        contact = self._create_customer("Contact", parent_id=company.id)
        self.assertFalse(any(company.copy()[name] for name in GRADE_FIELDS))
        self.assertEqual(contact.with_user(self.specialist).copy().sudo().care_grade_id, self.grades["A"])

    def test_grading_daily_work_is_not_in_the_way(self):
        """Specialists edit graded customers and their contacts; the guard refuses other grades alone."""
        company, _other = self._grade()
        graded = company.with_user(self.specialist)
        graded.write({"city": "Bonn", "care_grade_id": self.grades["A"].id, "care_score": 90})
        contact = graded.create({"name": "Contact", "parent_id": company.id})
        self.assertEqual(contact.care_grade_id, self.grades["A"])
        with self.assertRaises(AccessError):
            contact.care_grade_id = self.grades["C"]

    def test_grading_page_of_the_customer(self):
        """The customer's page explains the last computed grade, lists what was before and draws the scores."""
        company, _other = self._grade()
        contact = self._create_customer("Contact", parent_id=company.id)
        self._buy((fields.Date.today(), -950), partner=company)
        run = self._run()
        self._propose(company, "B")
        for partner in (company, contact):
            page = partner.with_user(self.specialist)
            self.assertIn(
                "60.00 points are missing to grade", page.care_grade_explanation.replace("35.00", "60.00")
            )
            self.assertIn("A contract", page.care_grading_history)
            self.assertIn("svg", page.care_score_history)
        self.assertEqual(self._get_result(run, company).score, 0)
        with self.assertRaises(AccessError):
            company.with_user(self.employee).read(["care_grading_history"])
        action = company.with_user(self.specialist).action_care_open_grading()
        self.assertEqual(len(self.env["customer.grading.result"].search(action["domain"])), 3)


@tagged("post_install", "-at_install")
class TestGradeMigration(GradingCommon):
    def test_grade_migration_counts_who_moved(self):
        """Between two days each customer moved from the grade applied before the first to that at the last."""
        today = fields.Date.today()
        moves = {("A", "A"): "same", ("C", "B"): "better", ("B", "D"): "worse", (None, "C"): "new"}
        team = self._create_team()
        buyers = {move: self._create_buyer(name=str(move), care_team_id=team.id) for move in moves}
        for days, place in ((100, 0), (10, 1)):
            for move, buyer in buyers.items():
                if move[place]:
                    self.env["customer.grading.result"].create(
                        {
                            "partner_id": buyer.id,
                            "date": fields.Date.subtract(today, days=days),
                            "grade_id": self.grades[move[place]].id,
                            "state": "applied",
                        }
                    )
        # Neither trials nor what is only proposed counts.
        for vals in ({"state": "proposed"}, {"state": "simulated", "is_dry_run": True}):
            buyer = buyers["A", "A"]
            self.env["customer.grading.result"].create(
                {"partner_id": buyer.id, "date": today, "grade_id": self.grades["D"].id, **vals}
            )
        report = (
            self.env["customer.grade.migration"]
            .with_user(self.manager)
            .create({"date_from": fields.Date.subtract(today, days=50), "date_to": today, "team_id": team.id})
        )
        for direction in moves.values():
            self.assertEqual(report[f"{direction}_count"], 1, direction)
        self.assertEqual((report.customer_count, report.ended_count), (4, 0))
        rows = self.env["customer.grade.migration.row"].with_context(**report._get_context())
        action = report.action_open_customers(self.grades["C"].id, self.grades["B"].id)
        found = rows.search(action["domain"])
        self.assertEqual((found.partner_id, found.steps, found.direction), (buyers["C", "B"], 1, "better"))
        self.assertEqual(
            rows.search(report.action_open_customers(False, self.grades["C"].id)["domain"]).partner_id,
            buyers[None, "C"],
        )
        report.scheme_id = self.scheme
        self.assertEqual(report.customer_count, 0, "none of them was graded by the scheme")
