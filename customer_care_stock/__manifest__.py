{
    "name": "Customer Care: Deliveries",
    "version": "19.0.1.0.0",
    "summary": "Callbacks after a delivery",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "stock"],
    "auto_install": True,
}
