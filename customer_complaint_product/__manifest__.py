{
    "name": "Complaints: Products",
    "version": "19.0.1.0.0",
    "summary": "The product of a complaint",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint", "product"],
    "data": [
        "views/customer_complaint_action_views.xml",
        "views/customer_complaint_report_views.xml",
        "views/customer_complaint_views.xml",
        "views/product_views.xml",
    ],
    "demo": ["demo/customer_complaint_product_demo.xml"],
    "auto_install": True,
}
