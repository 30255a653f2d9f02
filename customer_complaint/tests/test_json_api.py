import json
import threading
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.exceptions import ConcurrencyError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestJsonApi(HttpCase):
    """Another system registers complaints as docs/api.md says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "complaint_machine", groups="customer_complaint.group_complaint_user"
        )
        cls.key = (
            cls.env["res.users.apikeys"]
            .with_user(cls.user)
            .sudo()
            ._generate("rpc", "shop", fields.Datetime.now() + timedelta(days=1))
        )
        cls.team = cls.env["customer.complaint.team"].create({"name": "Shop"})

    def _call(self, method, key=None, **params):
        return self.url_open(
            f"/json/2/customer.complaint/{method}",
            data=json.dumps(params),
            headers={
                "Authorization": f"Bearer {key or self.key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": self.env.cr.dbname,
            },
        )

    def test_register_and_read(self):
        """A complaint is registered, gets number and time limit, and its state is read back."""
        response = self._call(
            "create",
            vals_list=[
                {
                    "name": "The parcel is wet",
                    "description": "<p>All of it</p>",
                    "kind": "complaint",
                    "severity": "serious",
                    "channel": "other",
                    "email_from": "Ann Customer <ann@customer.test>",
                    "phone": "+86 21 5555 0101",
                    "team_id": self.team.id,
                }
            ],
        )
        self.assertEqual(response.status_code, 200, response.text)
        ids = response.json()
        response = self._call(
            "read", ids=ids, fields=["number", "stage_id", "phase", "next_deadline", "acknowledge_state"]
        )
        self.assertEqual(response.status_code, 200, response.text)
        (values,) = response.json()
        self.assertTrue(values["number"])
        self.assertTrue(values["next_deadline"])
        self.assertEqual(values["phase"], "open")

    @mute_logger("odoo.http")
    def test_errors(self):
        """What is wrong is said with a status and a text, and nothing is registered."""
        before = self.env["customer.complaint"].search_count([])
        for params, status in (
            ({"vals_list": [{"description": "no name"}]}, 422),
            ({"vals_list": [{"name": "x", "severity": "huge"}]}, 422),
            ({"vals_list": [{"name": "x", "number": "C-1"}]}, 403),
            ({"vals_list": [{"name": "x", "severity": ["major"]}]}, 422),
            ({"vals_list": [{"name": "x", "nonsense": 1}]}, 500),
            ({"nonsense": 1}, 422),
        ):
            response = self._call("create", **params)
            self.assertEqual(response.status_code, status, (params, response.text))
            self.assertTrue(response.json()["message"])
        self.assertEqual(self._call("create", key="wrong", vals_list=[{"name": "x"}]).status_code, 401)
        self.assertEqual(self._call("_web_register", ids=[]).status_code, 403)
        self.assertEqual(self.env["customer.complaint"].search_count([]), before)

    def test_the_same_reference_is_registered_once(self):
        """A call repeated with its reference gives the complaint of before, also within one call."""
        before = self.env["customer.complaint"].search_count([])
        vals = {"name": "Wet", "team_id": self.team.id, "external_reference": "shop-1"}
        [first] = self._call("create", vals_list=[vals]).json()
        self.assertEqual(self._call("create", vals_list=[vals]).json(), [first])
        mixed = [{"name": "Plain"}, vals, {**vals, "external_reference": "shop-2"}, {"name": "Plain"}, vals]
        ids = self._call("create", vals_list=mixed).json()
        self.assertEqual((ids[1], ids[4]), (first, first))
        self.assertEqual(len(set(ids)), 4)
        self.assertEqual(self.env["customer.complaint"].search_count([]), before + 4)
        self.env["customer.complaint"].browse(first).active = False
        self.assertEqual(self._call("create", vals_list=[vals]).json(), [first])

    @mute_logger("odoo.http")
    def test_references_of_others(self):
        """The reference of another user or company opens nothing; rubbish is refused."""
        vals = {"name": "Wet", "external_reference": "shop-1"}
        complaints = self.env["customer.complaint"]
        theirs = complaints.create(vals)
        [mine] = self._call("create", vals_list=[vals]).json()
        self.assertNotEqual(mine, theirs.id)
        company = self.env["res.company"].create({"name": "Second"})
        team = self.env["customer.complaint.team"].create({"name": "There", "company_id": company.id})
        other = complaints.create({**vals, "company_id": company.id, "team_id": team.id})
        self.assertNotEqual(other, theirs)
        self.assertEqual(complaints.create(vals), theirs)
        self.assertFalse(
            complaints.with_context(default_external_reference="x").create({"name": "y"}).external_reference
        )
        self.assertFalse(theirs.copy().external_reference)
        for reference in (["x"], {"a": 1}, 5, "x" * 201, "\0"):
            response = self._call("create", vals_list=[{"name": "x", "external_reference": reference}])
            self.assertEqual(response.status_code, 422, (reference, response.text))


@tagged("post_install", "-at_install")
class TestReferenceAtOnce(TransactionCase):
    @mute_logger("odoo.sql_db")
    def test_two_connections(self):
        """Of two equal calls at the same moment the second begins anew and gets the complaint of the first."""
        database = sql_db.db_connect(self.env.cr.dbname)
        vals = {"name": "Once", "acknowledge_state": "skipped", "external_reference": "at-once"}

        def create(cr):
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            return env["customer.complaint"].create(vals).id

        results, errors = [], []

        def create_late():
            with database.cursor() as cr:
                # what this connection sees is from before the first one ends
                cr.execute("SELECT count(*) FROM customer_complaint")
                seen.set()
                try:
                    results.append(create(cr))
                except ConcurrencyError as error:
                    errors.append(error)
                    cr.rollback()
                    results.append(create(cr))

        seen = threading.Event()
        thread = threading.Thread(target=create_late)
        try:
            with database.cursor() as cr:
                complaint_id = create(cr)
                thread.start()
                self.assertTrue(seen.wait(10))
            thread.join(30)
            self.assertEqual(results, [complaint_id])
            self.assertEqual(len(errors), 1)
        finally:
            with database.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["customer.complaint"].search([("external_reference", "=", "at-once")]).unlink()
