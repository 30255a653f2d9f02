from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged

from .common_identity import IdentityCommon

COMPLAINT = "customer.complaint"
# How models name the document that a row belongs to.
LINKS = (("res_model", "res_id"), ("model", "res_id"), ("rating_model", "rating_id"))
TEXTS = ("char", "text", "html")


@tagged("post_install", "-at_install")
class TestIdentityRows(IdentityCommon):
    """Whatever row there is of a protected complaint, in whatever model: it tells nothing of who complained.

    The rows come from what customers and colleagues do; all models of the registry are looked at, so that one that is
    added later is too.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_the_customer_speak()
        cls._let_colleagues_work()
        cls.env.flush_all()
        cls.rows = dict(cls._find_rows())

    @classmethod
    def _let_the_customer_speak(cls):
        """He rates, declines, asks to reopen and writes: all in words that name him."""
        complaint = cls.complaint.sudo()
        complaint._log_answer("decline", "Lin Wei", comment="Orchid does not accept")
        rating = cls.env["rating.rating"].create(
            {
                "res_model_id": cls.env["ir.model"]._get_id(COMPLAINT),
                "res_id": complaint.id,
                "partner_id": cls.customer.id,
                "rated_partner_id": cls.handler.partner_id.id,
            }
        )
        complaint.rating_apply(2, token=rating.access_token, feedback="Lin Wei of Orchid is angry")
        cls.env["customer.complaint.review"].create(
            {
                "complaint_id": complaint.id,
                "reviewer_id": cls.manager.id,
                "reason": "Orchid wants more",
                "deadline": "2026-12-31",
            }
        )

    @classmethod
    def _let_colleagues_work(cls):
        complaint = cls.complaint.sudo()
        cls.compensation.sudo().write(
            {"evidence": "Paid", "document_name": "SO-4711 of Orchid", "document_model": "res.partner",
             "document_id": cls.customer.id}
        )  # fmt: skip
        complaint.activity_schedule("mail.mail_activity_data_todo", user_id=cls.supervisor.id)
        cls.env["customer.complaint.letter"].create(
            {"complaint_id": complaint.id, "subject": "To Lin Wei", "body": "<p>Dear Lin Wei</p>"}
        )
        cls.env["customer.complaint.extension"].create(
            {"complaint_id": complaint.id, "reason": "More time", "amount": 1}
        )
        cls.env["customer.complaint.plan"].create(
            {
                "complaint_id": complaint.id,
                "measure_ids": [
                    Command.create(
                        {
                            "name": "Step",
                            "user_id": cls.helper.id,
                            "date_deadline": fields.Date.today(),
                        }
                    )
                ],
            }
        )
        cls.env["customer.complaint.action"].create(
            {"name": "Never again", "user_id": cls.helper.id, "complaint_ids": [Command.link(complaint.id)]}
        )
        complaint._care_log("complaint_received")
        complaint.message_post(body="Lin Wei called", message_type="email", subtype_xmlid="mail.mt_comment")

    @classmethod
    def _find_rows(cls):
        """Yield (name of a model, ids) of the rows that belong to the complaint, whoever sees them."""
        owners = {COMPLAINT: cls.complaint.ids}
        for name, model in cls.env.registry.items():
            link = model._fields.get("complaint_id")
            if model._abstract or model._transient or link is None or link.comodel_name != COMPLAINT:
                continue
            rows = cls.env[name].sudo().with_context(active_test=False)
            owners[name] = rows.search([("complaint_id", "=", cls.complaint.id)]).ids
        yield from owners.items()
        for name, model in cls.env.registry.items():
            for of_model, of_id in LINKS:
                field = model._fields.get(of_model)
                if model._abstract or model._transient or name in owners or field is None:
                    continue
                if not field._description_searchable or of_id not in model._fields:
                    continue
                domain = Domain.OR(
                    Domain(of_model, "=", owner) & Domain(of_id, "in", ids) for owner, ids in owners.items()
                )
                yield name, cls.env[name].sudo().with_context(active_test=False).search(domain).ids

    def _get_read(self, name, user):
        """Return the rows of a model that the user may read."""
        rows = self.env[name].with_user(user)
        return rows.browse(self.rows[name])._filtered_access("read") if rows.has_access("read") else rows

    def _search(self, rows, ids, key, text):
        try:
            return rows.search([("id", "in", ids), (key, "ilike", text)])
        except AccessError:
            return None

    def test_rows_are_there(self):
        """The sweep has something to look at."""
        names = {name for name, ids in self.rows.items() if ids}
        for name in ("answer", "rating", "review", "letter", "compensation", "statement", "plan", "measure"):
            self.assertIn(f"customer.complaint.{name}", names)
        for name in ("mail.message", "mail.activity", "mail.followers", "ir.attachment", "rating.rating"):
            self.assertIn(name, names)
        for user in self.blind:
            seen = [name for name in names if self._get_read(name, user)]
            self.assertIn("customer.complaint.review", seen)
            self.assertIn("customer.complaint.compensation", seen)

    def test_read(self):
        """Every field of every row that they may read, as forms, lists and exports do."""
        for user in self.blind:
            for name in self.rows:
                for row in self._get_read(name, user):
                    with self.subTest(user=user.login, row=row):
                        self.env.invalidate_all()
                        names = [
                            key
                            for key, field in row._fields.items()
                            if field.type != "binary" and row._has_field_access(field, "read")
                        ]
                        self._assert_silent(row.read(names), name)
                        self._assert_silent(row.display_name, name)
                        if "partner_id" in row._fields:
                            self.assertNotEqual(row.partner_id, self.customer)

    def _get_read_fields(self):
        """Yield (model as somebody who may not know, ids of its rows, field that he may read)."""
        for user in self.blind:
            for name, ids in self.rows.items():
                rows = self.env[name].with_user(user).with_context(active_test=False)
                if ids and rows.has_access("read"):
                    for field in rows._fields.values():
                        if rows._has_field_access(field, "read"):
                            yield rows, ids, field

    def test_search(self):
        """Nothing is found by what is hidden, whatever text one asks for."""
        for rows, ids, field in self._get_read_fields():
            if field.type not in TEXTS or not field._description_searchable:
                continue
            for secret in ("Lin Wei", "Orchid", "SO-4711"):
                with self.subTest(user=rows.env.user.login, field=str(field), secret=secret):
                    # not differently from what is nowhere: names that are not searched find all
                    found, other = (
                        self._search(rows, ids, field.name, text) for text in (secret, "No such text")
                    )
                    self.assertEqual(found, other)

    def test_groups(self):
        """Groups by text or customer do not tell either."""
        for rows, ids, field in self._get_read_fields():
            is_customer = field.type == "many2one" and field.comodel_name == "res.partner"
            if (
                not field.store
                or not field._description_groupable
                or not (is_customer or field.type in TEXTS)
            ):
                continue
            with self.subTest(user=rows.env.user.login, field=str(field)):
                groups = rows.formatted_read_group([("id", "in", ids)], [field.name], ["__count"])
                self._assert_silent(groups, str(field))

    def test_who_knows_reads(self):
        """Who answers for the complaint reads what the customer said."""
        review = self.env["customer.complaint.review"].browse(self.rows["customer.complaint.review"])
        rating = self.env["customer.complaint.rating"].browse(self.rows["customer.complaint.rating"])
        answer = self.env["customer.complaint.answer"].browse(self.rows["customer.complaint.answer"])
        self.env.invalidate_all()
        self.assertEqual(review.with_user(self.handler).reason, "Orchid wants more")
        self.assertEqual(rating.with_user(self.handler).feedback, "Lin Wei of Orchid is angry")
        self.assertIn("Orchid does not accept", answer.with_user(self.handler).mapped("comment"))
        self.assertEqual(self.compensation.with_user(self.handler).document_name, "SO-4711 of Orchid")

    def test_prints(self):
        """Neither the record sheet nor the complete file is given to who may not know, or they are silent."""
        report = self.env["ir.actions.report"]
        for name in ("sheet", "registration", "investigation", "8d"):
            xmlid = f"customer_complaint.customer_complaint_report_{name}"
            for user in self.blind:
                try:
                    page, _kind = report.with_user(user)._render_qweb_html(xmlid, self.complaint.ids)
                except AccessError:
                    continue
                self._assert_silent(page.decode(), xmlid)
