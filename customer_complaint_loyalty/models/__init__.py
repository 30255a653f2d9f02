from . import customer_complaint_compensation, loyalty_card
