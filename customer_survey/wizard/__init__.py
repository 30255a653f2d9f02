from . import (
    base_partner_merge_automatic_wizard,
    base_partner_merge_survey,
    customer_survey_call_assign,
    customer_survey_comment_sort,
    customer_survey_fill,
    customer_survey_invitation,
    customer_survey_loop_close,
    customer_survey_rule_send,
    customer_survey_score_correct,
    customer_survey_workbook,
    customer_survey_workbook_answers,
    customer_survey_workbook_sheets,
)
