{
    "name": "Customer Care: Calendar",
    "version": "19.0.1.0.0",
    "summary": "Meetings with customers as contacts",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "calendar"],
    "auto_install": True,
}
