{
    "name": "Customer Care: CRM",
    "version": "19.0.1.0.0",
    "summary": "Opportunities from callbacks and customers",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "crm"],
    "data": [
        "views/crm_lead_views.xml",
        "views/customer_callback_views.xml",
        "views/res_partner_views.xml",
    ],
    "auto_install": True,
}
