from . import customer_survey_rule, sms_sms, survey_user_input
