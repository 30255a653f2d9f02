"""Pictures of what customers see of their complaints."""

from .common import OWN_COMPLAINT, PHONE, PROPOSED_COMPLAINT, Picture

THREAD = "!!document.querySelector('#chatterRoot')?.shadowRoot?.querySelector('.o-mail-Composer, textarea')"

PICTURES = {
    "portal": Picture("care_portal", "/my/complaints", ".o_complaint_row", (1100, 620)),
    "portal_complaint": Picture(
        "care_portal", "/my/complaints/{id}", "#complaint_timeline", (1100, 760), OWN_COMPLAINT, ready=THREAD
    ),
    "portal_phone": Picture("care_portal", "/my/complaints", ".o_complaint_row", PHONE),
    "portal_complaint_phone": Picture(
        "care_portal", "/my/complaints/{id}", "#complaint_timeline", PHONE, OWN_COMPLAINT, ready=THREAD
    ),
    "portal_new": Picture("care_portal", "/my/complaints/new", ".o_complaint_form", (1100, 760)),
    "portal_solution": Picture(
        "care_portal",
        "/my/complaints/{id}",
        "#complaint_answer",
        (1100, 900),
        PROPOSED_COMPLAINT,
        ready=THREAD,
    ),
    "public_form": Picture("care_portal", "/complaint/customer-service", ".o_complaint_form", (1100, 1000)),
    "public_form_phone": Picture("care_portal", "/complaint/customer-service", ".o_complaint_form", PHONE),
}
