from . import customer_complaint, customer_complaint_compensation, repair_order
