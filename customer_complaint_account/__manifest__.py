{
    "name": "Complaints: Invoices",
    "version": "19.0.1.0.0",
    "summary": "Complaints about invoices, refunds by credit note",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint_product", "account"],
    "data": [
        "views/customer_complaint_compensation_views.xml",
        "views/account_move_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
}
