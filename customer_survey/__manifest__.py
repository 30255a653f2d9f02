{
    "name": "Customer Satisfaction Surveys",
    "version": "19.0.1.0.0",
    "summary": "Satisfaction surveys whose answers become scores of the customer",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "survey"],
    "data": [],
    "demo": [],
    "application": True,
}
