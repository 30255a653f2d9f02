import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
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
