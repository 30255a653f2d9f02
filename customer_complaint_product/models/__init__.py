from . import (
    customer_complaint,
    customer_complaint_action,
    customer_complaint_report,
    product_product,
    product_template,
)
