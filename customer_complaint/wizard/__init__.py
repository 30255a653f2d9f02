from . import customer_complaint_escalate, customer_complaint_reopen
from . import customer_complaint_move
from . import customer_complaint_reopen
from . import customer_complaint_stage_archive
from . import customer_complaint_reopen, customer_complaint_sign
from . import (
    customer_complaint_assign,
    customer_complaint_hand_over,
    customer_complaint_reopen,
    customer_complaint_task_return,
from . import (
    base_partner_merge_complaint,
    customer_complaint_answer,
    customer_complaint_merge,
)
