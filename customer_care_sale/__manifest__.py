{
    "name": "Customer Care: Sales Orders",
    "version": "19.0.1.0.0",
    "summary": "Sales orders as purchases of the customer's figures",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "sale"],
    "auto_install": True,
}
