from . import customer_complaint, product_product, product_template
