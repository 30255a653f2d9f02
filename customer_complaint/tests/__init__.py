from . import (
    test_access,
    test_clock,
    test_compensation,
    test_customer_complaint,
    test_deadlines,
    test_flow,
    test_forging,
    test_mail_acknowledgement,
    test_mail_gateway,
    test_mail_raw,
    test_performance,
    test_portal,
)
