from . import (
    test_complaint_figures,
    test_complaint_fill,
    test_complaint_index,
    test_complaint_loop,
    test_complaint_score,
    test_complaint_survey,
)
