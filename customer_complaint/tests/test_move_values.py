from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon

# {name: (type, what the browser sends, what it becomes)}
TYPES = {
    "x_char": ("char", "A 7", "A 7"),
    "x_text": ("text", "Two\nlines", "Two\nlines"),
    "x_html": ("html", "<p>Text<script>alert(1)</script></p>", "<p>Text</p>"),
    "x_selection": ("selection", "red", "red"),
    "x_date": ("date", "2026-03-04", date(2026, 3, 4)),
    "x_datetime": ("datetime", "2026-03-04 05:06:07", datetime(2026, 3, 4, 5, 6, 7)),
    "x_float": ("float", 2.5, 2.5),
    "x_integer": ("integer", 3, 3),
    "x_boolean": ("boolean", True, True),
    "x_amount": ("monetary", 12.5, 12.5),
    "x_country_id": ("many2one", None, None),
    "x_category_ids": ("many2many", None, None),
}


class MoveValuesCommon(ComplaintCommon):
    """A complaint whose next stage asks for fields of every type, added by an administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _add_fields(self, *names):
        """Create fields and ask for them before a complaint is accepted."""
        model = self.env["ir.model"]._get("customer.complaint")
        more = {
            "x_selection": {
                "selection_ids": [
                    Command.create({"value": value, "name": value.title()}) for value in ("red", "blue")
                ]
            },
            "x_country_id": {"relation": "res.country"},
            "x_category_ids": {"relation": "res.partner.category"},
            "x_amount": {"currency_field": "x_currency_id"},
        }
        if "x_amount" in names:
            names = ("x_currency_id", *names)
            more["x_currency_id"] = {"relation": "res.currency"}
        vals = {"model_id": model.id, "state": "manual"}
        self.env["ir.model.fields"].create(
            [
                {
                    **vals,
                    "name": name,
                    "field_description": name,
                    "ttype": TYPES.get(name, ["many2one"])[0],
                    **more.get(name, {}),
                }
                for name in names
            ]
        )
        requirements = self.env["customer.complaint.requirement"].create(
            [{"name": f"My {name}", "field_name": name} for name in names if name != "x_currency_id"]
        )
        self.stage_accepted.requirement_ids = requirements

    def _open(self, complaints=None, user=None):
        user = user or self.handler
        complaints = (self.complaint if complaints is None else complaints).with_user(user)
        if len(complaints) == 1:
            action = complaints.action_move_to(self.stage_accepted.id)
        else:
            action = complaints.action_move()
        move = self.env["customer.complaint.move"].with_user(user).browse(action["res_id"])
        move.stage_id = self.stage_accepted
        return move


@tagged("post_install", "-at_install")
class TestMoveValues(MoveValuesCommon):
    """Any field that a stage asks for is filled in in the dialog of the move."""

    def test_every_type(self):
        """One dialog asks for all that is missing and saves it in one go, together with the move."""
        country = self.env.ref("base.cn")
        tags = self.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        self._add_fields(*TYPES)
        move = self._open()
        self.assertFalse(move.line_ids)
        self.assertEqual(set(move.empty_names.split(",")), set(TYPES))
        for name in TYPES:
            self.assertIn(f'name="{name}" string="My {name}"', move.form["arch"])
        described = move.form["models"]["customer.complaint"]["fields"]
        self.assertLessEqual({*TYPES, "x_currency_id"}, set(described))
        move.values = {
            **{name: sent for name, (_type, sent, _stored) in TYPES.items()},
            "x_country_id": country.id,
            "x_category_ids": [[6, False, tags[0].ids], [4, tags[1].id]],
        }
        self.assertEqual(move.action_confirm()["infos"], {"moved": True})
        self.assertEqual(self.complaint.stage_id, self.stage_accepted)
        for name, (_type, _sent, stored) in TYPES.items():
            if stored is not None:
                with self.subTest(name=name):
                    self.assertEqual(self.complaint[name], stored)
        self.assertEqual((self.complaint.x_country_id, self.complaint.x_category_ids), (country, tags))

    def test_what_is_still_empty_is_listed(self):
        """What was given is kept; the rest is asked for again, and does not move before."""
        self._add_fields("x_char", "x_boolean", "x_html")
        move = self._open()
        move.values = {"x_char": "  ", "x_boolean": False, "x_html": "<p><br></p>"}
        move.action_confirm()
        self.assertEqual(len(move.line_ids), 3)
        move.values = {"x_char": "A", "x_boolean": True}
        move.action_confirm()
        self.assertEqual(move.line_ids.mapped("text"), ["Fill in: My x_html"])
        self.assertEqual((self.complaint.x_char, self.complaint.stage_id), ("A", self.stage_received))
        move.values = {"x_html": "<p>Found</p>"}
        move.action_confirm()
        self.assertEqual(self.complaint.stage_id, self.stage_accepted)

    def test_many_lack_different_things(self):
        """Each of several complaints gets only what it lacks."""
        self._add_fields("x_char", "x_integer")
        second, third = (self._create_complaint(user_id=self.handler.id) for _index in range(2))
        second.x_char = "Own"
        third.write({"x_char": "Own", "x_integer": 9})
        complaints = self.complaint + second + third
        move = self._open(complaints, self.supervisor)
        move.values = {"x_char": "All", "x_integer": 5}
        move.action_confirm()
        self.assertEqual(complaints.mapped("x_char"), ["All", "Own", "Own"])
        self.assertEqual(complaints.mapped("x_integer"), [5, 5, 9])
        self.assertEqual(complaints.stage_id, self.stage_accepted)

    def test_nonsense_is_refused(self):
        """What cannot be a value is refused with the name of the field, and nothing is written."""
        self._add_fields(*TYPES)
        move = self._open()
        for name, value in (
            ("x_selection", "green"),
            ("x_selection", ["red"]),
            ("x_date", "tomorrow"),
            ("x_datetime", {"a": 1}),
            ("x_integer", "many"),
            ("x_integer", 2**40),
            ("x_float", "x"),
            ("x_char", ["a"]),
            ("x_country_id", "cn"),
            ("x_country_id", 2**30),
            ("x_country_id", {"name": "China"}),
            ("x_category_ids", [[4]]),
            ("x_category_ids", [[4, 2**30]]),
            ("x_category_ids", "abc"),
            ("x_category_ids", [[]]),
        ):
            with self.subTest(name=name, value=value), self.assertRaisesRegex(UserError, f"My {name}"):
                move.values = {name: value}
                move.action_confirm()
        for value in ([1], "text", {"x_category_ids": [[0, 0, {"name": "New"}], [2, 1], [5]]}):
            move.values = value
            move.action_confirm()
        self.assertFalse(self.complaint.x_category_ids)

    def test_only_what_is_asked_for(self):
        """Other fields that come along are not written, nor those the user has no right to."""
        self._add_fields("x_char", "x_integer")
        self.patch(self.env["customer.complaint"]._fields["x_integer"], "groups", "base.group_system")
        move = self._open()
        self.assertEqual(move.empty_names, "x_char")
        self.assertEqual(move.line_ids.mapped("text"), ["Fill in: My x_integer"])
        self.assertNotIn("x_integer", str(move.form))
        move.values = {"x_char": "A", "x_integer": 4, "name": "Other", "stage_id": self.stage_closed.id}
        move.action_confirm()
        found = self.complaint.sudo()
        self.assertEqual((found.x_char, found.x_integer, found.name), ("A", 0, "The pump leaks"))
        self.assertEqual(found.stage_id, self.stage_received)
        with self.assertRaises(AccessError):
            move.with_user(self.other_handler).values = {"x_char": "B"}


@tagged("post_install", "-at_install")
class TestMoveValuesTour(MoveValuesCommon, HttpCase):
    def test_filled_in_in_the_browser(self):
        """Fields of several types are typed and chosen in the dialog; what is forgotten is marked and listed."""
        self.env["res.partner.category"].create({"name": "Tour tag"})
        self._add_fields(
            "x_char", "x_html", "x_date", "x_boolean", "x_selection", "x_category_ids", "x_amount"
        )
        self.complaint.x_currency_id = self.env.company.currency_id
        address = f"/odoo/my-complaints/{self.complaint.id}"
        self.start_tour(address, "customer_complaint_move_values", login=self.handler.login, timeout=120)
        found = self.complaint
        self.assertEqual(found.stage_id, self.stage_accepted)
        self.assertEqual((found.x_char, found.x_selection, found.x_amount), ("Size 7", "blue", 12.5))
        self.assertEqual(found.x_category_ids.mapped("name"), ["Tour tag"])
        self.assertIn("A leak", found.x_html)
        self.assertTrue(found.x_boolean)
        self.assertTrue(found.x_date)
