{
    "name": "Complaints: Sales Orders",
    "version": "19.0.1.0.0",
    "summary": "Complaints about sales orders",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint_product", "sale"],
    "data": [
        "views/sale_order_views.xml",
    ],
    "demo": ["demo/customer_complaint_sale_demo.xml"],
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
}
