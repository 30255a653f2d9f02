from . import account_move, customer_complaint, customer_complaint_compensation
