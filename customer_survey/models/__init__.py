from . import (
    customer_callback_rule,
    customer_care_event,
    customer_care_report_row,
    customer_metric,
    customer_survey_request,
    customer_survey_rule,
    customer_survey_score,
    res_partner,
    res_partner_privacy,
    survey_question,
    survey_survey,
    survey_user_input,
)
