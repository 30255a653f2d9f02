"""Pictures of what is configured for complaints."""

from .common import BOARD, FORM, LIST, Picture, first, tab, where

PICTURES = {
    "teams": Picture("complaint_supervisor", "/odoo/complaint-teams", BOARD, (1360, 400)),
    "team": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_team_action_configuration/{id}",
        FORM,
        (1360, 560),
        first("customer.complaint.team"),
    ),
    "team_web": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_team_action_configuration/{id}",
        FORM,
        (1360, 760),
        first("customer.complaint.team"),
        tab("web"),
        "[name=web_qr] img",
    ),
    "team_flow": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_team_action_configuration/{id}",
        FORM,
        (1360, 900),
        where("customer.complaint.team", [["has_own_stages", "=", True]]),
    ),
    "flow_chart": Picture(
        "complaint_manager",
        "/odoo/complaint-teams",
        BOARD,
        (1360, 640),
        click=("a[name=action_open_flow_chart]",),
        wait=".o_complaint_flow",
    ),
    "stages": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_stage_action",
        LIST,
        (1360, 560),
    ),
    "policy": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_policy_action/{id}",
        FORM,
        (1360, 520),
        first("customer.complaint.policy"),
    ),
    "policy_test": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_policy_test_action",
        ".o_field_widget[name=answer] table",
        (1360, 900),
    ),
    "time_limit_matrix": Picture("complaint_manager", "/odoo/complaint-time-limits", LIST, (1500, 420)),
    "escalation_rule": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_escalation_action/{id}",
        FORM,
        (1360, 660),
        where("customer.complaint.escalation", [["sequence", "=", 100]]),
    ),
    "missing_holidays": Picture(
        "care_admin",
        "/odoo/care-missing-holidays/{id}",
        FORM,
        (1360, 420),
        where("customer.holiday.reminder", [["state", "=", "open"]]),
    ),
    "holiday_import": Picture(
        "care_admin",
        "/odoo/action-customer_care.customer_holiday_import_action",
        ".modal .o_form_view",
        (1360, 900),
        click=(".modal button[name='action_preview']",),
        wait=".modal .o_data_row",
    ),
    "settings": Picture(
        "care_admin",
        "/odoo/action-customer_care.res_config_settings_action",
        "[name=care_calendar_id]",
        (1360, 400),
    ),
}
