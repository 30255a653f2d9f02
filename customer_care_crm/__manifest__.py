{
    "name": "Customer Care: CRM",
    "version": "19.0.1.0.0",
    "summary": "Opportunities from callbacks and customers",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "crm"],
    "auto_install": True,
}
