import json

import psycopg2
from odoo import SUPERUSER_ID, api, sql_db
from odoo.addons.customer_care.models.customer_save_mixin import SEEN, ChangedMeanwhile
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestSave(ComplaintCommon):
    """Of two people who edit one complaint, the later one does not overwrite the earlier one unseen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(
            name="Wet parcel", user_id=cls.handler.id, partner_id=cls.customer.id, resolution="<p>First</p>"
        )

    def _save(self, seen, user=None, **vals):
        complaint = self.complaint.with_user(user or self.handler)
        return complaint.web_save({**vals, SEEN: seen}, {"name": {}})

    def _read(self, *names):
        [values] = self.complaint.with_user(self.handler).web_read({name: {} for name in names})
        # as it reaches the browser
        return json.loads(json.dumps({name: values[name] for name in names}, default=str))

    def test_nothing_changed_saves(self):
        """What is still as it was read is saved, whatever its type."""
        vals = {
            "name": "Wet parcels",
            "resolution": "<p>Second</p>",
            "severity": "serious",
            "partner_id": False,
            "is_confidential": True,
            "happened_datetime": "2026-02-01 08:00:00",
        }
        result = self._save(self._read(*vals), user=self.manager, **vals)
        self.assertEqual(result, [{"id": self.complaint.id, "name": "Wet parcels"}])
        self.assertEqual(self._read(*vals), vals)
        # empty values are read as False and sent as empty text
        self.complaint.resolution = False
        self._save({"resolution": ""}, resolution="<p>Third</p>")

    def test_same_field_is_refused(self):
        """A field that a colleague changed is not overwritten; who, when and both values are told."""
        seen = self._read("name", "severity", "resolution", "partner_id")
        other = self.env["res.partner"].create({"name": "Other customer"})
        self.complaint.with_user(self.supervisor).write(
            {"severity": "major", "resolution": "<p>Theirs &amp; long</p>", "partner_id": other.id}
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        with self.assertRaises(ChangedMeanwhile) as refused:
            self._save(
                seen,
                name="Mine",
                severity="serious",
                resolution="<p>Mine</p>",
                partner_id=self.employee.partner_id.id,
            )
        message, changes = refused.exception.args
        self.assertIn(self.supervisor.name, message)
        changes = {change["name"]: change for change in changes}
        self.assertEqual(set(changes), {"severity", "resolution", "partner_id"})
        self.assertEqual((changes["severity"]["theirs"], changes["severity"]["mine"]), ("Major", "Serious"))
        self.assertEqual(changes["severity"]["value"], "major")
        self.assertEqual(
            (changes["resolution"]["theirs"], changes["resolution"]["mine"]), ("Theirs & long", "Mine")
        )
        self.assertEqual(changes["partner_id"]["theirs"], "Other customer")
        self.assertEqual(self.complaint.name, "Wet parcel")
        # having seen theirs, one may decide
        self._save(
            {**seen, **{name: change["value"] for name, change in changes.items()}}, severity="serious"
        )
        self.assertEqual(self.complaint.severity, "serious")

    def test_other_fields_pass(self):
        """Changes of other fields, the same change, and whoever sends nothing he had read are not in the way."""
        seen = self._read("name", "urgency")
        self.complaint.with_user(self.supervisor).write({"severity": "major", "urgency": "high"})
        self._save(seen, name="Mine", urgency="high")
        self.assertEqual(self.complaint.name, "Mine")
        self.complaint.with_user(self.handler).web_save({"urgency": "low"}, {})
        self.assertEqual(self.complaint.urgency, "low")

    def test_rubbish(self):
        """What a program sends as read opens nothing and breaks nothing."""
        for seen in (None, [], "name", {"nonsense": 1}, {"name": ["x"]}, {"name": {}}, {"id": 5}):
            try:
                self._save(seen, name="Mine")
            except ChangedMeanwhile:
                self.assertIn("name", seen)
        new = self.env["customer.complaint"].with_user(self.handler)
        [values] = new.web_save({"name": "New", SEEN: {"name": "x"}}, {"name": {}})
        self.assertEqual(values["name"], "New")

    def test_reading_needs_the_right(self):
        """A field that the user may not read is not told to him as somebody else's value."""
        self.complaint.is_confidential = True
        with self.assertRaises(Exception) as refused:
            self._save({"name": "x"}, user=self.other_handler, name="y")
        self.assertNotIsInstance(refused.exception, ChangedMeanwhile)

    def test_one_query_more(self):
        """Comparing costs at most one reading."""
        self.complaint.with_user(self.handler).web_save({"name": "Warm"}, {"name": {}})
        counts = []
        for sent in ({}, {SEEN: {"name": "Warm"}}):
            self.complaint.name = "Warm"
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.complaint.with_user(self.handler).web_save({"name": f"x{len(counts)}", **sent}, {"name": {}})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)


@tagged("post_install", "-at_install")
class TestSaveAtOnce(TransactionCase):
    @mute_logger("odoo.sql_db")
    def test_two_connections(self):
        """Of two saves at the same moment the second is begun anew by the server, and then sees the first."""
        database = sql_db.db_connect(self.env.cr.dbname)

        def get(cr):
            return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})["customer.complaint"]

        with database.cursor() as cr:
            complaint_id = get(cr).create({"name": "Before", "acknowledge_state": "skipped"}).id
        try:
            with database.cursor() as one, database.cursor() as two:
                first, second = get(one).browse(complaint_id), get(two).browse(complaint_id)
                self.assertEqual((first.name, second.name), ("Before", "Before"))
                first.web_save({"name": "First", SEEN: {"name": "Before"}}, {})
                one.commit()
                vals = {"name": "Second", SEEN: {"name": "Before"}}
                with self.assertRaises(psycopg2.errors.SerializationFailure):
                    second.web_save(vals, {})
                    two.flush()
                two.rollback()
                with self.assertRaises(ChangedMeanwhile):
                    second.web_save(vals, {})
                two.rollback()
        finally:
            with database.cursor() as cr:
                complaint = get(cr).browse(complaint_id)
                self.assertEqual(complaint.name, "First")
                complaint.unlink()


@tagged("post_install", "-at_install")
class TestSaveTour(ComplaintCommon, HttpCase):
    @mute_logger("odoo.http")
    def test_dialog(self):
        """The form shows what a colleague has written beside one's own and does what one chooses."""
        complaint = self._create_complaint(name="Tour save", user_id=self.handler.id)
        self.start_tour(
            f"/odoo/my-complaints/{complaint.id}", "customer_complaint_save", login=self.handler.login
        )
        self.assertEqual((complaint.name, complaint.phone), ("Mine again", "021 5555"))
