{
    "name": "Complaints: Deliveries",
    "version": "19.0.1.0.0",
    "summary": "Complaints about deliveries and serial numbers, replacements and returns",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint_product", "stock"],
    "data": [
        "views/customer_complaint_views.xml",
        "views/customer_complaint_compensation_views.xml",
        "views/stock_picking_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
}
