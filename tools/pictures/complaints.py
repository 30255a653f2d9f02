"""Pictures of complaints as their handlers see them."""

from .common import BOARD, COMPLAINT, FORM, LIST, PAGES, PHONE, PROPOSED_COMPLAINT, Picture, named, tab, where

AGAIN = named("customer.complaint", "Invoice is still wrong", "退款申请一个月未处理")
PROTECTED = where("customer.complaint", [["is_identity_protected", "=", True]])
# waits for the answer to a hand-over
OFFERED = where("customer.complaint", [["handover_user_id", "!=", False]])

PICTURES = {
    "complaints": Picture("complaint_manager", "/odoo/complaints", BOARD, (1700, 800)),
    "complaint": Picture("complaint_handler", "/odoo/complaints/{id}", FORM, (1360, 900), COMPLAINT),
    "complaint_phone": Picture("complaint_handler", "/odoo/complaints/{id}", FORM, PHONE, COMPLAINT),
    "complaint_register": Picture(
        "complaint_manager", "/odoo/register-complaint/{id}", FORM, (1360, 1000), AGAIN
    ),
    "complaint_merge": Picture(
        "complaint_manager",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 900),
        AGAIN,
        ("button[name='action_merge']",),
        ".modal .o_data_row",
    ),
    "complaint_answer": Picture(
        "complaint_handler",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 900),
        COMPLAINT,
        ("button[name='action_answer']",),
        ".modal [name=body]",
    ),
    "complaint_people": Picture("complaint_supervisor", "/odoo/complaints/{id}", FORM, (1360, 1150), OFFERED),
    "complaint_major": Picture(
        "complaint_manager",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 760),
        where("customer.complaint", [["is_major", "=", True]]),
        tab("major"),
        part=PAGES,
    ),
    "complaint_tasks": Picture("complaint_manager", "/odoo/complaint-tasks", LIST, (1360, 400)),
    "complaint_task": Picture(
        "complaint_manager",
        "/odoo/complaint-tasks/{id}",
        FORM,
        (1360, 760),
        named("customer.complaint.task", "Find out where the second pallet is", "检测泄漏原因并出具报告"),
    ),
    "complaint_protected": Picture(
        "complaint_supervisor", "/odoo/complaints/{id}", FORM, (1360, 900), PROTECTED, wait=".fa-user-secret"
    ),
    "complaint_deadline": Picture(
        "complaint_handler",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 1000),
        COMPLAINT,
        tab("deadline"),
        "[name=extension_ids] ~ .o_widget_care_lazy_html h4, .o_widget_care_lazy_html h4",
        part=PAGES,
    ),
    "escalation": Picture(
        "complaint_supervisor",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 1750),
        where("customer.complaint", [["escalation_state", "=", "open"]]),
        tab("escalation"),
        "[name=escalation_ids] .o_data_row",
    ),
    "complaint_sign": Picture(
        "complaint_manager",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 900),
        PROPOSED_COMPLAINT,
        ("button[name='action_sign']",),
        ".modal [name=registered] table",
    ),
}
