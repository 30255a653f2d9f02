from . import customer_complaint, customer_complaint_compensation, stock_lot, stock_picking
