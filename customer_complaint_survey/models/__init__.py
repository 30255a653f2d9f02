from . import customer_complaint, customer_survey_rule
