from . import (
    base_partner_merge_complaint,
    customer_complaint_assign,
    customer_complaint_escalate,
    customer_complaint_hand_over,
    customer_complaint_merge,
    customer_complaint_move,
    customer_complaint_reopen,
    customer_complaint_reply_send,
    customer_complaint_responsibility_answer,
    customer_complaint_sign,
    customer_complaint_stage_archive,
    customer_complaint_task_return,
)
