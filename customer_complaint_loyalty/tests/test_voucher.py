from odoo import Command
from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

CREATED = ("loyalty.card", "loyalty.generate.wizard", "loyalty.history")


@tagged("post_install", "-at_install")
class TestVoucher(ComplaintCommon):
    """A discount or gift is carried out by a voucher of what was approved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env["res.groups"].create({"name": "Gives vouchers"})
        for name in (*CREATED, "loyalty.program", "loyalty.mail"):
            cls.env["ir.model.access"].create(
                {
                    "name": name,
                    "model_id": cls.env["ir.model"]._get_id(name),
                    "group_id": group.id,
                    "perm_read": True,
                    "perm_write": True,
                    "perm_create": True,
                }
            )
        cls.giver = cls._create_user("giver_t", "customer_complaint.group_complaint_manager")
        cls.giver.group_ids = [Command.link(group.id)]
        cls.gift_card, cls.coupons, cls.promotion = cls.env["loyalty.program"].create(
            [
                {"name": kind, "program_type": kind, "currency_id": cls.env.company.currency_id.id}
                for kind in ("gift_card", "coupons", "promotion")
            ]
        )
        cls.complaint = cls._create_complaint(user_id=cls.giver.id)

    def _approve(self, amount=50, kind="discount"):
        compensation = self._create_compensation(self.complaint, amount, kind=kind).with_user(self.giver)
        compensation.action_request_approval()
        return compensation

    def _open(self, compensation, program, **vals):
        action = compensation.action_create_voucher()
        form = Form(
            self.env["loyalty.generate.wizard"].with_user(self.giver).with_context(**action["context"])
        )
        form.program_id = program
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def test_gift_card(self):
        """The dialog proposes the approved amount; generated, the voucher executes the compensation."""
        compensation = self._approve()
        wizard = self._open(compensation, self.gift_card)
        self.assertEqual(wizard.points_granted, 50)
        card = wizard.generate_coupons()
        self.assertRecordValues(card, [{"points": 50, "partner_id": self.customer.id}])
        self.assertRecordValues(
            compensation,
            [{"state": "executed", "document_model": "loyalty.card", "document_id": card.id}],
        )

    def test_coupon(self):
        """A coupon has no value in money."""
        compensation = self._approve(kind="gift")
        card = self._open(compensation, self.coupons).generate_coupons()
        self.assertEqual(compensation.document_id, card.id)
        self.assertEqual(compensation.state, "executed")

    def test_more_than_approved(self):
        """A voucher of more than was approved is not generated."""
        compensation = self._approve()
        with self.assertRaisesRegex(UserError, "approved are"):
            self._open(compensation, self.gift_card, points_granted=50.01).generate_coupons()
        self.assertFalse(self.gift_card.coupon_ids)

    def test_currency(self):
        """The amount is proposed in the currency of the program."""
        currency = self.env["res.currency"].create({"name": "XTT", "symbol": "x"})
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 4, "name": "2020-01-01", "company_id": self.env.company.id}
        )
        self.gift_card.company_id = False
        self.gift_card.currency_id = currency
        wizard = self._open(self._approve(), self.gift_card)
        self.assertEqual(wizard.points_granted, 200)

    def test_others_get_nothing(self):
        """Neither another customer, nor nobody in particular, nor another type of program."""
        compensation = self._approve()
        stranger = self.env["res.partner"].create({"name": "Friend"})
        values = {"compensation_id": compensation.id, "program_id": self.gift_card.id, "description": "x"}
        Wizard = self.env["loyalty.generate.wizard"].with_user(self.giver)
        for vals in (
            {"mode": "selected", "customer_ids": [Command.set(stranger.ids)]},
            {"mode": "selected", "customer_ids": [Command.set((stranger | self.customer).ids)]},
            {"mode": "anonymous", "coupon_qty": 5},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "one voucher"):
                Wizard.create({**values, **vals}).generate_coupons()
        with self.assertRaisesRegex(UserError, "no vouchers"):
            self._open(compensation, self.promotion).generate_coupons()

    def test_only_approved_and_with_rights(self):
        """Without approval or the right to give vouchers there is none."""
        draft = self._create_compensation(self.complaint, 5, kind="gift").with_user(self.giver)
        with self.assertRaisesRegex(UserError, "approved first"):
            draft.action_create_voucher()
        self.assertTrue(draft.can_create_voucher)
        compensation = self._approve().with_user(self.manager)
        self.assertFalse(compensation.can_create_voucher)
        with self.assertRaises(AccessError):
            compensation.action_create_voucher()

    def test_archived(self):
        """An archived or deleted voucher opens the compensation again."""
        compensation = self._approve()
        card = self._open(compensation, self.gift_card).generate_coupons()
        card.active = False
        self.assertEqual(compensation.state, "proposed")
        self.assertFalse(compensation.document_id)
        card = self._open(compensation, self.gift_card).generate_coupons()
        self.assertEqual(compensation.state, "executed")
        card.sudo().unlink()
        self.assertEqual(compensation.state, "proposed")
