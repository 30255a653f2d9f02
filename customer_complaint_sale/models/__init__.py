from . import customer_complaint, customer_complaint_compensation, sale_order
