"""Test kit of the bridge: complaints that are closed, and answers about them."""

from odoo.addons.customer_complaint.tests.common import open_gates
from odoo.addons.customer_survey.tests.common import SurveyKit
from odoo.tests import new_test_user


class ComplaintSurveyKit(SurveyKit):
    """To be mixed into a test class of Odoo."""

    @classmethod
    def _set_up_kit(cls):
        cls.shipped_rule = cls.env.ref("customer_complaint_survey.customer_survey_rule_complaint_closed")
        cls.is_shipped_active = cls.shipped_rule.active
        # Tests run by night as well.
        cls.shipped_rule.is_daytime = False
        result = super()._set_up_kit()
        cls.handler = new_test_user(
            cls.env, "survey_handler", groups="customer_complaint.group_complaint_manager"
        )
        for phase in ("received", "closed"):
            stage = cls.env.ref(f"customer_complaint.customer_complaint_stage_{phase}")
            stage.mail_template_id = False
            setattr(cls, f"stage_{phase}", stage)
        open_gates(cls.stage_closed)
        cls.rule.write({"trigger": "complaint_closed"})
        return result

    @classmethod
    def _create_complaint(cls, **vals):
        return cls.env["customer.complaint"].create(
            {"name": "Broken", "partner_id": cls.contact.id, "user_id": cls.handler.id, **vals}
        )

    @classmethod
    def _close(cls, complaints):
        """Close complaints as their handler does; return the invitations."""
        complaints.with_user(cls.handler).write({"stage_id": cls.stage_closed.id})
        return cls.env["survey.user_input"].search(
            [("care_res_model", "=", "customer.complaint"), ("care_res_id", "in", complaints.ids)], order="id"
        )
