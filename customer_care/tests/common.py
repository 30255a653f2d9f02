from odoo.addons.base.tests.common import BaseCommon
from odoo.tests import new_test_user


class CareCommon(BaseCommon):
    """Personas and factories of the customer care; each test makes what else it needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.specialist = cls._create_user("specialist", "customer_care.group_care_user")
        cls.other_specialist = cls._create_user("other_specialist", "customer_care.group_care_user")
        cls.supervisor = cls._create_user("supervisor", "customer_care.group_care_supervisor")
        cls.manager = cls._create_user("manager", "customer_care.group_care_manager")
        cls.admin = cls._create_user("admin", "customer_care.group_care_admin")
        cls.auditor = cls._create_user("auditor", "customer_care.group_care_auditor")
        cls.employee = cls._create_user("employee", "base.group_user")
        cls.portal = cls._create_user("portal", "base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        cls.customer = cls._create_customer("Wind AG")
        cls.contact = cls._create_customer("Ada Wind", parent_id=cls.customer.id)

    @classmethod
    def _create_user(cls, name, groups, **vals):
        vals = {"name": name.replace("_", " ").title(), "tz": "UTC", **vals}
        # no mail to choose a password
        context = {"no_reset_password": True}
        return new_test_user(cls.env, f"test_care_{name}", groups=groups, context=context, **vals)

    @classmethod
    def _create_customer(cls, name="Sun Ltd", **vals):
        return cls.env["res.partner"].create({"name": name, **vals})

    @classmethod
    def _create_team(cls, **vals):
        return cls.env["customer.care.team"].create({"name": "Test team", **vals})

    @classmethod
    def _create_rule(cls, **vals):
        return cls.env["customer.callback.rule"].create({"name": "Test rule", **vals})

    @classmethod
    def _create_callback(cls, user=None, **vals):
        """Create a callback as ``user``, by default the specialist."""
        model = cls.env["customer.callback"].with_user(user or cls.specialist)
        return model.create({"partner_id": cls.customer.id, "subject": "Everything in order?", **vals})

    @classmethod
    def _plan(cls, records, cause=""):
        return cls.env["customer.callback.rule"]._plan("manual", records, cause)

    @classmethod
    def _create_calendar(cls, hours=((8, 12), (13, 17)), days="01234", **vals):
        lines = [
            {
                "name": f"{day} {begin}",
                "dayofweek": day,
                "hour_from": begin,
                "hour_to": end,
                "day_period": "morning",
            }
            for day in days
            for begin, end in hours
        ]
        vals = {"name": "Test hours", "tz": "UTC", **vals}
        return cls.env["resource.calendar"].create(
            {**vals, "attendance_ids": [(5,), *((0, 0, v) for v in lines)]}
        )

    def _get_kinds(self, partner):
        """Return the kinds of the partner's rows in the timeline, oldest first."""
        return (
            self.env["customer.care.event"]
            .search([("partner_id", "=", partner.id)], order="id")
            .mapped("kind")
        )
