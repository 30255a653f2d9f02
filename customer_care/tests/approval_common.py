from contextlib import contextmanager

from odoo import Command, api, fields, models, orm
from odoo.tests import TransactionCase, new_test_user

DOCUMENT = "customer.approval.fake"
PLAIN = "customer.approval.fake.plain"


class FakeDocument(models.Model):
    _module = None
    _name = DOCUMENT
    _description = "Document to Approve"
    _inherit = ["customer.approval.mixin", "mail.thread", "mail.activity.mixin"]
    _approval_amount_field = "amount"
    _approval_protected_fields = ("partner_id", "total")

    name = fields.Char(required=True)
    note = fields.Char()
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one("res.currency")
    amount = fields.Monetary()
    quantity = fields.Integer()
    total = fields.Integer(compute="_compute_total", store=True)
    partner_id = fields.Many2one("res.partner")
    user_id = fields.Many2one("res.users")
    head_id = fields.Many2one("res.users")
    event = fields.Char()

    @api.depends("quantity")
    def _compute_total(self):
        for document in self:
            document.total = document.quantity * 2

    def action_done(self):
        self._approval_check_approved()

    def _approval_on_approved(self):
        self.write({"event": "approved"})
        return super()._approval_on_approved()

    def _approval_on_rejected(self):
        self.write({"event": "rejected"})
        return super()._approval_on_rejected()

    def _approval_on_reset(self):
        self.write({"event": "reset"})
        return super()._approval_on_reset()


class FakePlain(models.Model):
    _module = None
    _name = PLAIN
    _description = "Document without Amount and Chatter"
    _inherit = ["customer.approval.mixin"]

    name = fields.Char()


def add_fake_models(test_class):
    """Put the fake models into the registry for the time of ``test_class``."""
    registry = test_class.registry
    names = [DOCUMENT, PLAIN]

    def remove():
        for name in names:
            del registry[name]
        registry._setup_models__(test_class.env.cr)
        registry.registry_invalidated = False

    for definition in (FakeDocument, FakePlain):
        orm.model_classes.add_to_registry(registry, definition)
    test_class.addClassCleanup(remove)
    registry._setup_models__(test_class.env.cr, names)
    registry.init_models(test_class.env.cr, names, {"models_to_check": True})
    registry.registry_invalidated = False
    test_class.env["ir.model.access"].create(
        [
            {
                "name": f"{name} {group}",
                "model_id": test_class.env["ir.model"]._get_id(name),
                "group_id": test_class.env.ref(group).id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": True,
                "perm_unlink": True,
            }
            for name in names
            for group in ("base.group_user", "base.group_portal")
        ]
    )


class ApprovalData:
    """Personas and factories of the approval tests; mixed into a test case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_fake_models(cls)
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "no_reset_password": True})
        cls.company = cls.env.ref("base.main_company")
        cls.currency = cls.company.currency_id
        # Only the personas stand in the groups, whatever the database holds.
        groups = ("user", "manager", "director", "admin", "auditor")
        for group in groups:
            cls.env.ref(f"customer_care.group_care_{group}").user_ids = [Command.clear()]
        cls.employee = cls._create_user("approval_employee", "customer_care.group_care_user")
        cls.other = cls._create_user("approval_other", "base.group_user")
        cls.manager = cls._create_user("approval_manager", "customer_care.group_care_manager")
        cls.director = cls._create_user("approval_director", "customer_care.group_care_director")
        cls.admin = cls._create_user("approval_admin", "customer_care.group_care_admin")
        cls.auditor = cls._create_user("approval_auditor", "customer_care.group_care_auditor")
        cls.portal = cls._create_user("approval_portal", "base.group_portal")
        cls.Rule = cls.env["customer.approval.rule"]
        cls.Line = cls.env["customer.approval.line"]
        cls.Document = cls.env[DOCUMENT]
        cls.rule_manager = cls._create_rule("Manager", user_ids=cls.manager, amount_from=1000, sequence=10)
        cls.rule_director = cls._create_rule(
            "Director", user_ids=cls.director, amount_from=10000, sequence=20
        )

    @classmethod
    def _create_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="UTC",
            **values,
        )

    @classmethod
    def _create_rule(cls, name, user_ids=None, model=DOCUMENT, **values):
        if user_ids:
            values["user_ids"] = [Command.set(user_ids.ids)]
        return cls.Rule.create({"name": name, "model_id": cls.env["ir.model"]._get_id(model), **values})

    @classmethod
    def _create_document(cls, user=None, **values):
        document = cls.Document.with_user(user or cls.employee).create(
            {
                "name": "Refund",
                "amount": 5000,
                "company_id": cls.company.id,
                "currency_id": cls.currency.id,
                **values,
            }
        )
        return document

    @classmethod
    def _create_pending(cls, **values):
        document = cls._create_document(**values)
        document.action_request_approval()
        return document

    @classmethod
    def _create_approved(cls, **values):
        document = cls._create_pending(**values)
        document.with_user(cls.manager).action_approve()
        return document

    @contextmanager
    def assertRaisesRegex(self, exception, expected):
        """Check exception and message, and undo what was written, as ``assertRaises`` of Odoo does."""
        with self.assertRaises(exception) as caught:
            yield caught
        self.assertRegex(str(caught.exception), expected)

    def _lines(self, documents):
        return self.Line.sudo().search(
            [("res_model", "=", documents._name), ("res_id", "in", documents.ids)], order="id"
        )

    def _activities(self, documents):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", documents._name),
                ("res_id", "in", documents.ids),
                ("activity_type_id", "=", self.env.ref("customer_care.mail_activity_type_approval").id),
            ]
        )


class ApprovalCase(ApprovalData, TransactionCase):
    pass
