{
    "name": "Complaints: Repairs",
    "version": "19.0.1.0.0",
    "summary": "Repair orders that carry out what was promised",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint_stock", "repair"],
    "data": [
        "views/customer_complaint_compensation_views.xml",
        "views/repair_order_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
}
