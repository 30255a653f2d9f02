{
    "name": "Customer Complaints",
    "version": "19.0.1.0.0",
    "summary": "Complaints from the first word to a proven remedy, with time limits and approvals",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "portal", "rating"],
    "data": [
        "security/customer_complaint_groups.xml",
    ],
    "demo": [],
    "application": True,
}
