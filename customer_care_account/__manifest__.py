{
    "name": "Customer Care: Invoices",
    "version": "19.0.1.0.0",
    "summary": "Invoices and payments in the customer's figures",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "account"],
    "data": ["data/customer_metric_data.xml"],
    "auto_install": True,
}
