"""Pictures of calls and what plans them."""

from .common import BOARD, FORM, LIST, PHONE, Picture, first, where

CALLBACK = (
    "customer.callback",
    {
        "en": [["state", "=", "planned"], ["rule_id.trigger", "=", "complaint_resolved"]],
        "zh_CN": [["state", "=", "planned"], ["subject", "=", "季度关怀回访"]],
    },
)

PICTURES = {
    "callbacks": Picture("care_specialist", "/odoo/care-callbacks", LIST, (1360, 480)),
    "callback": Picture("care_specialist", "/odoo/care-callbacks/{id}", FORM, (1360, 760), CALLBACK),
    "callbacks_phone": Picture("care_specialist", "/odoo/care-callbacks", BOARD, PHONE),
    "desk": Picture(
        "care_specialist", "/odoo/care-my-calls", ".o_care_desk .o_care_call_numbers", (1360, 1000)
    ),
    "desk_phone": Picture(
        "care_specialist", "/odoo/care-my-calls", ".o_care_desk .o_care_call_numbers", PHONE
    ),
    "call_script": Picture(
        "care_admin",
        "/odoo/care-call-scripts/{id}",
        FORM,
        (1360, 620),
        first("customer.callback.script"),
    ),
    "retry_policy": Picture(
        "care_admin",
        "/odoo/care-retry-policies/{id}",
        FORM,
        (1360, 620),
        first("customer.callback.policy"),
    ),
    "callback_rule": Picture(
        "care_admin",
        "/odoo/care-callback-rules/{id}",
        FORM,
        (1360, 860),
        where("customer.callback.rule", [["trigger", "=", "purchase"]]),
    ),
    "callback_preview": Picture(
        "care_supervisor",
        "/odoo/care-callback-rules/{id}",
        FORM,
        (1360, 760),
        where("customer.callback.rule", [["trigger", "=", "dormant"]]),
        click=("button[name=action_preview]",),
        wait="button[name=action_open_left_out]",
    ),
}
