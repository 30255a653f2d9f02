from . import customer_survey_rule_send
