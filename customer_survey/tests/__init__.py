from . import (
    test_access,
    test_limits,
    test_metric,
    test_partner,
    test_privacy,
    test_question,
    test_scores,
    test_sending,
    test_survey_flow,
    test_tools,
)
