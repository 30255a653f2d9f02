from . import customer_complaint_reopen, customer_complaint_sign
