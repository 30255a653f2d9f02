from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_attacks_two import INFINITE, NAN, AttackCommon

# What nobody may write into a number, and what no column can keep.
DECIMALS = (-1, NAN, INFINITE, -INFINITE, 1e300, 10**400)
INTEGERS = (-1, 10**10, 10**400, INFINITE)
NUMBERS = ("integer", "float", "monetary")
ORDER = {"id", "sequence", "color"}


@tagged("post_install", "-at_install")
class TestNumbers(AttackCommon):
    """Whatever a client sends as a number, it is kept or refused with words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        qualification = cls.env["customer.complaint.qualification"].search([], limit=1)
        card = cls.env["customer.complaint.scorecard"].create(
            {"user_id": cls.handler.id, "company_id": cls.env.company.id, "month": "2026-03-01"}
        )
        for name, vals in {
            "budget": {"amount": 100},
            "reward.band": {"name": "Band", "total_from": 10, "total_to": 20},
            "reward": {"scorecard_id": card.id, "reason": "Why"},
            "offer": {"note": "Why", "kind": "refund", "amount": 1},
            "waiting.rule": {"name": "Rule", "warn_days": 5, "close_days": 5},
            "training": {"user_id": cls.handler.id, "qualification_id": qualification.id},
            "extension": {"complaint_id": cls.complaint.id, "reason": "Why", "amount": 5},
        }.items():
            cls.env[f"customer.complaint.{name}"].create(vals)

    def _get_numbers(self):
        """Yield (record, names of the numbers that people write) of each model of complaints."""
        for name, model in sorted(self.env.items()):
            if not name.startswith("customer.complaint") or model._abstract or model._transient:
                continue
            names = [
                field.name
                for field in model._fields.values()
                if field.type in NUMBERS and field.store and not field.readonly
                if field.name not in ORDER and not field.name.startswith(("message_", "rating_", "activity_"))
            ]
            if model._auto and names:
                yield model.sudo().with_context(active_test=False).search([], limit=1), names

    def test_each_number_of_each_model(self):
        """Neither less than nothing, nor endless, nor no number, nor more than the column keeps."""
        count = 0
        for record, names in self._get_numbers():
            self.assertTrue(record, f"a record of {record._name} is needed")
            for name in names:
                count += 1
                values = INTEGERS if record._fields[name].type == "integer" else DECIMALS
                for value in values:
                    with self.subTest(model=record._name, field=name, value=value):
                        self._assert_refused(lambda record=record, vals={name: value}: record.write(vals))
                        self.env.invalidate_all()
        self.assertGreater(count, 40)

    def test_new_records(self):
        """Also in a new record, and in the lines that come with it."""
        measure = {"name": "Step", "date_deadline": fields.Date.today(), "cost_estimate": NAN}
        line = {"target": "response", "unit": "working_hours", "limit": INFINITE}
        for model, vals in (
            ("compensation", {"complaint_id": self.complaint.id, "amount": INFINITE}),
            ("plan", {"complaint_id": self._create_complaint().id, "measure_ids": [(0, 0, measure)]}),
            ("policy", {"name": "Policy", "line_ids": [(0, 0, line)]}),
            ("waiting.rule", {"name": "Rule", "warn_days": 10**12}),
        ):
            with self.subTest(model=model), self.assertRaises(UserError):
                self.env[f"customer.complaint.{model}"].create(vals)
        with self.assertRaises(UserError):
            self.env["customer.complaint"].create({"name": "x", "claimed_amount": NAN})
        found = self.env["customer.complaint.budget"].load(["year", "amount"], [["2031", "NaN"]])
        self.assertIn("out of range", found["messages"][0]["message"])

    def test_weights_of_the_scorecard(self):
        """The weights of a company are never negative and 100 together."""
        company = self.env.company
        for vals in (
            {"care_weight_speed": 21},
            {"care_weight_speed": -5, "care_weight_limit": 50},
            {"care_weight_speed": 10**10},
            dict.fromkeys([name for name in company._fields if name.startswith("care_weight_")], 0),
            {"care_card_minimum": 0},
            {"care_objection_days": -1},
        ):
            with self.subTest(vals=vals):
                self._assert_refused(lambda vals=vals: company.write(vals))

    def test_currency_without_rate(self):
        """An amount that nobody can reckon in the company's money is refused, not counted as nothing."""
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X"})
        offer = {"complaint_id": self.complaint.id, "kind": "refund", "amount": 10}
        with self.assertRaisesRegex(UserError, "no rate"):
            self.env["customer.complaint.compensation"].create({**offer, "currency_id": currency.id})
        with self.assertRaisesRegex(UserError, "no rate"):
            self.compensation.with_user(self.handler).currency_id = currency
        # A rate of tomorrow is none of today.
        today = self.env.company._care_get_day()
        currency.rate_ids.create(
            {"currency_id": currency.id, "rate": 2, "name": fields.Date.add(today, days=1)}
        )
        with self.assertRaisesRegex(UserError, "no rate"):
            self.compensation.currency_id = currency
        currency.rate_ids.name = today
        self.env.cr.cache.clear()
        self.compensation.currency_id = currency
        self.assertEqual(self.compensation.amount_company, 50)

    def test_split(self):
        """Shares that are not 100 together are not put to anybody; thirds are rounded by who writes them."""
        self.share.unlink()
        complaint = self.complaint.with_user(self.handler)
        suppliers = self.env["res.partner"].create([{"name": f"Supplier {number}"} for number in range(3)])
        shares = [self._add_share(33.33, party="supplier", partner_id=supplier.id) for supplier in suppliers]
        for percent, is_whole in ((33.33, False), (33.35, False), (33.34, True)):
            shares[-1].percent = percent
            with self.subTest(percent=percent):
                if is_whole:
                    complaint.action_propose_split()
                else:
                    with self.assertRaisesRegex(UserError, "must be 100"):
                        complaint.action_propose_split()
        self.assertEqual({share.state for share in shares}, {"stated"})
        other = self._create_complaint(user_id=self.handler.id)
        for percent in (0, 100.01, 0.001):
            with self.subTest(percent=percent):
                self._assert_refused(
                    lambda percent=percent: self._add_share(percent, complaint=other, party="customer")
                )
