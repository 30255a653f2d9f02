"""Pictures of the way from the cause of a complaint to what is done about it."""

from .common import BOARD, COMPLAINT, FORM, LIST, OWN_COMPLAINT, PAGES, Picture, tab, where

# the one that two people approve
COMPENSATION = where("customer.complaint.compensation", [["amount", ">", 10000]])

PICTURES = {
    "complaint_solution": Picture(
        "complaint_handler",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 860),
        COMPLAINT,
        tab("solution"),
        "[name=compensation_ids] .o_data_row",
        part=PAGES,
    ),
    "countermeasure_plan": Picture(
        "complaint_manager",
        "/odoo/countermeasure-plans/{id}",
        FORM,
        (1360, 900),
        where("customer.complaint.plan", [["state", "=", "approved"]]),
        (),
        "[name=measure_ids] .o_data_row",
    ),
    "investigation": Picture(
        "complaint_manager",
        "/odoo/investigations/{id}",
        FORM,
        (1360, 1000),
        COMPLAINT,
        (),
        "[name=fact_ids] .o_data_row",
    ),
    "investigation_8d": Picture(
        "complaint_manager",
        "/odoo/investigations/{id}",
        FORM,
        (1360, 1000),
        where("customer.complaint", [["name", "=", "水泵漏水，已影响生产"]]),
        tab("disciplines"),
        "[name=discipline_ids] .o_data_row",
    ),
    "investigation_responsibility": Picture(
        "complaint_manager",
        "/odoo/investigations/{id}",
        FORM,
        (1360, 1000),
        OWN_COMPLAINT,
        tab("responsibility"),
        ".o_widget_care_lazy_html table",
    ),
    "actions": Picture("complaint_supervisor", "/odoo/complaint-actions", BOARD, (1500, 700)),
    "action_effect": Picture(
        "complaint_supervisor",
        "/odoo/complaint-actions/{id}",
        FORM,
        (1360, 1000),
        where("customer.complaint.action", [["name", "=", "Two layers of foil around large appliances"]]),
        tab("effect"),
        ".o_widget_care_lazy_html .rounded-top",
    ),
    "action_page_one": Picture(
        "complaint_employee",
        "/my/complaint-actions",
        ".list-group-item",
        (1100, 860),
        click=(".list-group-item",),
        wait="#action_text",
    ),
    "warnings": Picture("complaint_supervisor", "/odoo/complaint-warnings", LIST, (1360, 420)),
    "compensation": Picture(
        "complaint_manager",
        "/odoo/compensations/{id}",
        FORM,
        (1360, 700),
        COMPENSATION,
    ),
    "compensation_document": Picture(
        "complaint_handler",
        "/odoo/compensations/{id}",
        FORM,
        (1360, 560),
        where("customer.complaint.compensation", [["document_model", "=", "sale.order"]]),
    ),
    "approvals": Picture("complaint_manager", "/odoo/customer-approvals", LIST, (1360, 400)),
    "approval_rules": Picture("care_admin", "/odoo/customer-approval-rules", LIST, (1360, 400)),
}
