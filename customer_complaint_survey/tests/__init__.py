from . import test_complaint_score, test_complaint_survey
