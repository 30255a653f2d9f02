"""Pictures of grades and what they promise."""

from .common import FORM, GRADED, LIST, Picture, first, tab

PICTURES = {
    "customer_grading": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 1350),
        GRADED,
        (*tab("care"), *tab("care_grading")),
        ".o_care_chart",
    ),
    "grades": Picture("care_supervisor", "/odoo/care-grades", LIST, (1500, 700)),
    "grading_run": Picture(
        "care_supervisor", "/odoo/care-grading-runs/{id}", FORM, (1360, 860), first("customer.grading.run")
    ),
    "grade_proposals": Picture("care_manager", "/odoo/care-grade-proposals", LIST, (1360, 400)),
    "grading_scheme": Picture(
        "care_admin", "/odoo/care-grading-schemes/{id}", FORM, (1360, 900), first("customer.grading.scheme")
    ),
    "grade": Picture(
        "care_admin",
        "/odoo/action-customer_care.customer_grade_action/{id}",
        FORM,
        (1360, 620),
        first("customer.grade"),
    ),
    "migration": Picture(
        "care_supervisor",
        "/odoo/action-customer_care.customer_grade_migration_action",
        ".o_care_matrix",
        (1360, 760),
    ),
    "retention": Picture(
        "care_supervisor",
        "/odoo/action-customer_care.customer_retention_report_action",
        ".o_care_matrix",
        (1360, 600),
    ),
}
