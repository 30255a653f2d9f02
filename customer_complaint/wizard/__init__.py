from . import (
    customer_complaint_assign,
    customer_complaint_hand_over,
    customer_complaint_reopen,
    customer_complaint_task_return,
)
