"""Pictures of surveys, their answers and their figures."""

from .common import FORM, LIST, Picture, where

PICTURES = {
    "survey_fill": Picture(
        "care_specialist",
        "/odoo/res.partner/{id}",
        FORM,
        (1360, 760),
        where("res.partner", [["is_company", "=", True], ["care_grade_id", "!=", False]]),
        click=(".o_button_more", "button[name=action_care_fill_survey]"),
        wait=".modal button[name=action_fill_in]",
    ),
    "survey_rule": Picture(
        "care_admin",
        "/odoo/survey-rules/{id}",
        FORM,
        (1360, 900),
        where("customer.survey.rule", [["trigger", "=", "complaint_closed"]]),
    ),
    "survey_preview": Picture(
        "care_admin",
        "/odoo/survey-rules/{id}",
        FORM,
        (1360, 620),
        where("customer.survey.rule", [["trigger", "=", "complaint_closed"]]),
        click=("button[name=action_preview]",),
        wait="button[name=action_open_left_out]",
    ),
    "survey_templates": Picture(
        "care_manager", "/odoo/customer-survey-templates", ".o_kanban_record", (1360, 760)
    ),
    "survey_form": Picture(
        "care_manager",
        "/odoo/customer-survey-templates/{id}",
        FORM,
        (1360, 980),
        where("survey.survey", [["care_is_template", "=", True], ["questions_layout", "=", "one_page"]]),
    ),
    "survey_question": Picture(
        "care_manager",
        "/odoo/customer-survey-templates/{id}",
        FORM,
        (1360, 900),
        where("survey.survey", [["care_is_template", "=", True], ["questions_layout", "=", "one_page"]]),
        click=(
            "[name=question_and_page_ids] tr.o_data_row:nth-child(2) td[name=title]",
            ".modal a[name=care]",
        ),
        wait=".modal [name=care_condition_question_id]",
    ),
    "survey_calls": Picture("care_supervisor", "/odoo/customer-survey-calls", LIST, (1360, 360)),
    "survey_assign": Picture(
        "care_supervisor",
        "/odoo/customer-survey-calls",
        LIST,
        (1360, 500),
        click=(".o_data_row .o_list_record_selector input", "button[name=action_care_assign]"),
        wait=".modal [name=user_id]",
    ),
    "survey_invitations": Picture("care_supervisor", "/odoo/customer-survey-answers", LIST, (1360, 560)),
    "survey_loops": Picture("care_supervisor", "/odoo/survey-follow-ups", LIST, (1360, 500)),
    "survey_loop_rate": Picture(
        "care_manager", "/odoo/closed-loop-rate", ".o_graph_canvas_container", (1360, 560)
    ),
    "survey_dashboard": Picture("care_manager", "/odoo/survey-dashboard", ".o_care_card canvas"),
    "survey_comments": Picture("care_manager", "/odoo/survey-comments", ".o_data_row"),
    "satisfaction": Picture(
        "care_supervisor", "/odoo/satisfaction-analysis", ".o_graph_canvas_container canvas"
    ),
    "satisfaction_index": Picture(
        "care_manager", "/odoo/satisfaction-index", ".o_kanban_record:not(.o_kanban_ghost)"
    ),
    "satisfaction_index_figure": Picture(
        "care_manager",
        "/odoo/satisfaction-index-figures/{id}",
        FORM,
        record=where("customer.satisfaction.value", [["before_value", ">", 0], ["level", "=", "total"]]),
    ),
}
