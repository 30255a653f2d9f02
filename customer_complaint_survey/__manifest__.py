{
    "name": "Complaint Surveys",
    "version": "19.0.1.0.0",
    "summary": "Asks the customer after a complaint is closed",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint", "customer_survey"],
    "data": [],
    "demo": [],
    "auto_install": True,
}
