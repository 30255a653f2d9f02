{
    "name": "Customer Care",
    "version": "19.0.1.0.0",
    "summary": "Customer archive, callbacks and approvals on one customer record",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["contacts", "mail", "portal", "resource"],
    "data": [
        "security/customer_care_groups.xml",
        "security/customer_care_security.xml",
        "security/ir.model.access.csv",
        "views/customer_care_menus.xml",
    ],
    "demo": [],
    "application": True,
}
