from . import customer_complaint, customer_survey_rule, ir_rule, survey_question_answer, survey_user_input
