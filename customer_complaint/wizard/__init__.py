from . import (
    base_partner_merge_complaint,
    customer_complaint_answer,
    customer_complaint_merge,
    customer_complaint_reopen,
)
