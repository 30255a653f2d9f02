{
    "name": "Customer Complaints: SMS",
    "version": "19.0.1.0.0",
    "summary": "Complaints of customers without e-mail are acknowledged by SMS",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint", "sms"],
    "data": [
        "data/sms_template_data.xml",
        "views/customer_complaint_team_views.xml",
    ],
    "auto_install": True,
}
