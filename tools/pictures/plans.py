"""Pictures of care plans, campaigns and the report about both."""

from .common import BOARD, FORM, LIST, PHONE, Picture, tab, where

ENDED_CAMPAIGN = where("customer.care.campaign", [["state", "=", "done"]])
PLAN = where("customer.care.plan", [["state", "=", "running"], ["name", "=", "Key customer plan"]])

PICTURES = {
    "care_plan": Picture("care_manager", "/odoo/care-plans/{id}", FORM, (1360, 900), record=PLAN),
    "care_measures": Picture("care_specialist", "/odoo/care-my-measures", LIST, (1360, 600)),
    "care_weak": Picture("care_supervisor", "/odoo/care-weak-relations", LIST, (1360, 600)),
    "care_report": Picture(
        "care_manager",
        "/odoo/care-report",
        ".o_care_tiles",
        (1360, 1000),
    ),
    "campaign": Picture(
        "care_supervisor",
        "/odoo/care-campaigns/{id}",
        FORM,
        (1360, 900),
        where("customer.care.campaign", [["state", "=", "inviting"]]),
    ),
    "campaign_effect": Picture(
        "care_supervisor",
        "/odoo/care-campaigns/{id}",
        FORM,
        (1360, 1250),
        ENDED_CAMPAIGN,
        tab("effect"),
        "[name=effect_ids] .o_data_row",
    ),
    "campaign_checkin_phone": Picture(
        "care_supervisor",
        "/odoo/action-customer_care.customer_care_campaign_participant_action_checkin",
        BOARD,
        PHONE,
    ),
    "portal_events": Picture("care_portal", "/my/care/events", ".o_care_event_row", (1100, 500)),
}
