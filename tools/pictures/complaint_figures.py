"""Pictures of figures about complaints and about those who handle them."""

from .common import Picture, where

PICTURES = {
    "complaint_dashboard": Picture("complaint_manager", "/odoo/complaint-dashboard", ".o_care_card canvas"),
    "analysis": Picture("complaint_manager", "/odoo/complaint-analysis", ".o_pivot table"),
    "complaint_ratings": Picture(
        "complaint_manager", "/odoo/complaint-ratings", ".o_graph_view canvas", (1360, 600)
    ),
    "complaint_trainings": Picture(
        "complaint_manager", "/odoo/complaint-trainings", ".o_list_view .o_data_row", (1360, 500)
    ),
    "complaint_scorecard": Picture(
        "complaint_manager",
        "/odoo/complaint-scorecards/{id}",
        ".o_field_widget[name='explanation'] table",
        (1360, 1100),
        record=where("customer.complaint.scorecard", [["has_total", "=", True]]),
    ),
    "complaint_audit": Picture(
        "complaint_manager",
        "/odoo/complaint-audits/{id}",
        ".o_field_widget[name='line_ids'] .o_data_row",
        (1360, 1100),
        record=where("customer.complaint.audit", []),
    ),
}
