from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.identity_fields import Masked
from .common_identity import IdentityCommon

# Contacts that are not who complained: bodies asked for an appraisal, who bears a cost.
THIRD_PARTIES = (
    "customer.complaint.appraisal.partner_id",
    "customer.complaint.compensation.bearer_partner_id",
)
# Contacts that are not the customer, and the report, whose query names no hidden customer.
OTHER_CONTACTS = {
    "customer.complaint.appraisal.partner_id",
    "customer.complaint.responsibility.partner_id",
    "customer.complaint.report.partner_id",
    "customer.complaint.report.commercial_partner_id",
}


@tagged("post_install", "-at_install")
class TestIdentity(IdentityCommon):
    """What those who do not know the complainant read, find, group and write."""

    def test_evidence_of_an_answer(self):
        """A recording tells who speaks: neither the field nor the file itself is given to who may not know."""
        answer = self.complaint.sudo().answer_ids
        recording = self.env["ir.attachment"].create(
            {"name": "Lin Wei.mp3", "raw": b"x", "res_model": answer._name, "res_id": answer.id}
        )
        answer.evidence_ids = recording
        self.env.flush_all()
        for user in self.blind:
            mine = self._mine(answer, user)
            self.assertFalse(mine.evidence_ids)
            self._assert_silent(mine.read(["evidence_ids"]))
            self.assertFalse(mine.search([("id", "=", answer.id), ("evidence_ids.name", "ilike", "Lin")]))
            with self.assertRaises(AccessError):
                self._mine(recording, user).read(["name", "raw"])
        for user in self.knowing - self.auditor:
            mine = self._mine(answer, user)
            self.assertEqual(mine.evidence_ids, recording)
            self.assertEqual(self._mine(recording, user).raw, b"x")

    def test_read(self):
        """By every way of reading; those who answer for the complaint read all."""
        specification = {
            name: {"fields": {"display_name": {}}} for name in ("partner_id", "commercial_partner_id")
        }
        specification |= {
            name: {} for name in ("email_from", "phone", "contact_name", "access_token", "display_name")
        }
        domain = [("id", "=", self.complaint.id)]
        for user in self.blind:
            for number, read in enumerate(
                (
                    lambda mine: mine.read(self.names),
                    lambda mine: mine.read([]),
                    lambda mine: mine.web_read(specification),
                    lambda mine: mine.search_read(domain, self.names),
                    lambda mine: mine.web_search_read(domain, specification),
                    lambda mine: [
                        str(mine[name]) for name in self.names if not mine._fields[name].relational
                    ],
                    lambda mine: [
                        mine.mapped(f"{name}.display_name")
                        for name in ("partner_id", "commercial_partner_id")
                    ],
                    lambda mine: (
                        (mine | mine.browse(self.plain.id))
                        .filtered(lambda c: c != self.plain)
                        .partner_id.mapped("name")
                    ),
                    lambda mine: mine.copy_data(),
                    lambda mine: mine.get_metadata(),
                )
            ):
                with self.subTest(user=user.login, number=number):
                    self._assert_silent(read(self._mine(self.complaint, user)), number)
            row = self._mine(self.complaint, user).read(self.names, load=None)[0]
            self.assertFalse([name for name in self.names if row[name]])
            self.assertEqual(self._mine(self.plain, user).partner_id, self.customer)
            self.assertEqual((self.complaint | self.plain).with_user(user).partner_id, self.customer)
        for user in self.knowing:
            self.assertEqual(self._mine(self.complaint, user).partner_id, self.customer, user.login)
            self.assertEqual(
                self._mine(self.complaint, user).read(["email_from"])[0]["email_from"],
                self.complaint.email_from,
            )

    def test_truth_stays_in_the_cache(self):
        """What somebody was not shown is there for the program, in the same transaction."""
        mine = self._mine(self.complaint, self.helper)
        mine.read(self.names)
        self.assertFalse(mine.partner_id)
        self.assertEqual(mine.sudo().partner_id, self.customer)
        self.assertTrue(mine.sudo().access_token)
        self.assertEqual(mine._portal_ensure_token(), self.complaint.access_token)
        self.assertFalse(mine.partner_id)

    def test_export(self):
        self.helper.write({"group_ids": [Command.link(self.env.ref("base.group_allow_export").id)]})
        paths = [
            "number",
            "partner_id",
            "partner_id/name",
            "email_from",
            "partner_id/id",
            "partner_id/.id",
            "signed_by",
        ]
        rows = self._mine(self.complaint | self.plain, self.helper).export_data(paths)["datas"]
        hidden = next(row for row in rows if row[0] == self.complaint.number)
        self.assertFalse(any(hidden[1:]))
        self.assertIn("Lin Wei", str(rows))
        rows = self._mine(self.task, self.helper).export_data(
            ["name", "partner_id", "complaint_id/partner_id/name"]
        )
        self._assert_silent(rows)

    def test_search(self):
        """Filters by what is hidden find nothing, and do not differ by what they ask."""
        customer, other = self.customer, self.env["res.partner"].create({"name": "Somebody"})
        domains = [
            lambda partner: [("partner_id", "=", partner.id)],
            lambda partner: [("partner_id", "!=", partner.id)],
            lambda partner: [("partner_id", "not in", partner.ids)],
            lambda partner: ["!", ("partner_id", "=", partner.id)],
            lambda partner: [("partner_id", "ilike", partner.name)],
            lambda partner: [("partner_id", "not ilike", partner.name)],
            lambda partner: [("partner_id.name", "=", partner.name)],
            lambda partner: [("partner_id.name", "!=", partner.name)],
            lambda partner: [("partner_id", "any", [("name", "=", partner.name)])],
            lambda partner: [("partner_id", "not any", [("name", "=", partner.name)])],
            lambda partner: [("partner_id", "child_of", partner.commercial_partner_id.ids)],
            lambda partner: [("commercial_partner_id", "=", partner.commercial_partner_id.id)],
            lambda partner: [("email_from", "ilike", partner.email or "nobody")],
            lambda partner: [("email_from", "not ilike", partner.email or "nobody")],
            lambda partner: [("email_normalized", "=", partner.email or "nobody")],
            lambda partner: [("email_normalized", "<", "m" if partner == customer else "a")],
            lambda partner: [("phone", "=like", "+86%" if partner == customer else "+9%")],
            lambda partner: [("contact_name", "=", f"{partner.name} of Orchid")],
            lambda partner: [("display_name", "ilike", partner.name)],
            lambda partner: [("message_ids.author_id", "=", partner.id)],
            lambda partner: [("website_message_ids.author_id", "=", partner.id)],
            lambda partner: [("message_partner_ids", "in", partner.ids)],
            lambda partner: [("message_partner_ids", "not in", partner.ids)],
            lambda partner: [("message_follower_ids.partner_id", "=", partner.id)],
            lambda partner: [("answer_ids.person", "=", partner.name)],
            lambda partner: [("compensation_ids.partner_id", "=", partner.id)],
            lambda partner: [("task_ids.partner_id.name", "=", partner.name)],
            lambda partner: [("order_ref", "=", "SO-4711" if partner == customer else "x")],
            lambda partner: [
                (
                    "access_token",
                    "=like",
                    f"{self.complaint.access_token[:3]}%" if partner == customer else "zzz%",
                )
            ],
        ]
        for user in self.blind:
            Complaint = self.env["customer.complaint"].with_user(user)
            for number, domain in enumerate(domains):
                with self.subTest(user=user.login, number=number):
                    found = [
                        Complaint.search([*domain(partner), ("id", "=", self.complaint.id)])
                        for partner in (customer, other)
                    ]
                    self.assertEqual(found[0], found[1])
                    counts = [
                        Complaint.search_count([*domain(partner), ("id", "=", self.complaint.id)])
                        for partner in (customer, other)
                    ]
                    self.assertEqual(counts[0], counts[1])
            self.assertNotIn(self.complaint.id, [key for key, _name in Complaint.name_search("Lin Wei")])
            self.assertIn(self.complaint, Complaint.search([("partner_id", "=", False)]))
            self.assertIn(self.complaint, Complaint.search([("email_from", "=", False)]))
            self.assertIn(self.plain, Complaint.search([("partner_id", "=", customer.id)]))
            self.assertIn(self.plain, Complaint.search([("partner_id", "ilike", "Lin W")]))
        for user in self.knowing:
            Complaint = self.env["customer.complaint"].with_user(user)
            self.assertIn(self.complaint, Complaint.search([("partner_id", "ilike", "Lin W")]), user.login)

    def test_groups_and_order(self):
        """Groups, figures and the order of a list tell nothing; protected ones are among those without customer."""
        domain = [("id", "in", (self.complaint | self.plain).ids)]
        for user in self.blind:
            Complaint = self.env["customer.complaint"].with_user(user)
            for name in ("partner_id", "commercial_partner_id", "email_from", "contact_name"):
                groups = Complaint.formatted_read_group(domain, [name], ["__count"])
                counts = {str(group[name]): group["__count"] for group in groups}
                self.assertEqual(counts.get("False"), 2 if name == "contact_name" else 1, (name, groups))
            group = Complaint._read_group(
                [("id", "=", self.complaint.id)],
                [],
                ["partner_id:array_agg", "partner_id:count_distinct", "email_from:max"],
            )
            self.assertFalse(any(filter(None, group[0][0] or ())))
            self.assertFalse(group[0][1] or group[0][2])
            early = self.env["res.partner"].create({"name": "Aaa"})
            late = self.env["res.partner"].create({"name": "Zzz"})
            second = self._create_complaint(
                name="x",
                is_identity_protected=True,
                helper_ids=[Command.link(self.helper.id)],
                partner_id=early.id,
            )
            both = [("id", "in", (self.complaint | second).ids)]
            for order in ("partner_id, id", "email_from, id", "commercial_partner_id desc, id"):
                first = Complaint.search(both, order=order).ids
                second.partner_id = late if second.partner_id == early else early
                self.env.flush_all()
                self.assertEqual(Complaint.search(both, order=order).ids, first, order)
            panel = Complaint.search_panel_select_range("team_id")
            self._assert_silent(panel)

    def test_onchange(self):
        """The form tells nothing by computing anew what follows from the customer."""
        fields_spec = {name: {} for name in ("email_from", "phone", "partner_id", "contact_name", "user_id")}
        for user in self.blind:
            mine = self._mine(self.complaint, user)
            for values, names in (
                ({}, []),
                ({"email_from": "x", "partner_id": False}, ["partner_id"]),
                ({"user_id": user.id, "severity": "major"}, ["user_id", "severity"]),
                ({"is_identity_protected": False}, ["is_identity_protected"]),
            ):
                self._assert_silent(mine.onchange(values, names, fields_spec))

    def test_write(self):
        """Who does not know the identity neither changes nor unprotects it."""
        for user in self.blind:
            for vals in (
                {"partner_id": False},
                {"email_from": "a@b.example"},
                {"phone": "1"},
                {"is_identity_protected": False},
            ):
                with self.assertRaises(AccessError):
                    self._mine(self.complaint, user).write(vals)
            self._mine(self.complaint, user).write({"severity": "serious", "name": "Changed"})
        self.assertEqual(self.complaint.partner_id, self.customer)
        copied = self._mine(self.complaint, self.helper).copy()
        self.assertFalse(copied.sudo().partner_id)
        self.complaint.with_user(self.handler).write({"is_identity_protected": False})
        self.assertEqual(self._mine(self.complaint, self.helper).partner_id, self.customer)

    def test_children(self):
        """Tasks, compensations, time extensions and decisions of the customer name nobody."""
        records = (self.task, self.compensation, self.complaint.answer_ids)
        for user in self.blind:
            for record in records:
                mine = self._mine(record, user)
                with self.subTest(user=user.login, model=record._name):
                    self._assert_silent(mine.read())
                    if "partner_id" in mine._fields:
                        mine = self._mine(record, user)
                        self.assertFalse(mine.partner_id)
                        self.assertFalse(mine.search([("partner_id", "=", self.customer.id)]) & mine)
                        self.assertFalse(mine.search([("partner_id.name", "=", "Lin Wei")]) & mine)
                        self.assertFalse(
                            mine.search([("complaint_id.partner_id", "=", self.customer.id)]) & mine
                        )
                        try:
                            groups = mine.formatted_read_group(
                                [("id", "=", mine.id)], ["partner_id"], ["__count"]
                            )
                        except ValueError:
                            groups = []
                        self._assert_silent(groups)
            self.assertFalse(self._mine(self.complaint.answer_ids, user).search([("person", "ilike", "Lin")]))
        self.assertEqual(self._mine(self.task, self.handler).partner_id, self.customer)

    def test_letters_are_hidden(self):
        """A letter is addressed to who complained: who must not know that does not see it."""
        letter = self.env["customer.complaint.letter"].create(
            {"complaint_id": self.complaint.id, "subject": "Answer", "body": "<p>Dear Lin Wei</p>"}
        )
        for user in self.blind:
            self.assertFalse(letter.with_user(user).has_access("read"), user.login)
        self.assertTrue(letter.with_user(self.handler).has_access("read"))

    def test_every_way_to_the_customer_is_masked(self):
        """A field that another addon adds to the complaint or to what belongs to it is masked too."""
        for name, model in self.env.registry.items():
            if model._abstract or model._transient:
                continue
            for field in model._fields.values():
                link = model._fields.get("complaint_id")
                is_part = name == "customer.complaint" or (
                    link is not None and link.store and link.comodel_name == "customer.complaint"
                )
                if str(field) in THIRD_PARTIES:
                    continue
                if is_part and field.type == "many2one" and field.comodel_name == "res.partner":
                    if str(field) in OTHER_CONTACTS:
                        continue
                    self.assertIsInstance(field, Masked, field)
                if field.type == "one2many" and field.comodel_name == "customer.complaint":
                    inverse = self.env["customer.complaint"]._fields[field.inverse_name]
                    self.assertNotEqual(inverse.comodel_name, "res.partner", field)

    def test_statement_of_the_customer(self):
        """Who knows him reads it; the others do not learn that there is one."""
        for user in self.blind:
            Statement = self.env["customer.complaint.statement"].with_user(user)
            self.assertFalse(Statement.search([("complaint_id", "=", self.complaint.id)]))
            with self.assertRaises(AccessError):
                self.statement.with_user(user).read(["text"])
        self.assertEqual(self.statement.with_user(self.handler).person, "Lin Wei")

    def test_list_stays_fast(self):
        """No query for each row, and none more for a list."""
        for number in range(20):
            self._create_complaint(user_id=self.handler.id, is_identity_protected=number % 2)
        Complaint = self.env["customer.complaint"].with_user(self.helper)
        specification = {
            "number": {},
            "name": {},
            "partner_id": {"fields": {"display_name": {}}},
            "stage_id": {},
        }
        counts = []
        for rows in (4, 20):
            for _time in (1, 2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                Complaint.web_search_read([("team_id", "=", self.team.id)], specification, limit=rows)
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[3])
