{
    "name": "Customer Care: Calendar",
    "version": "19.0.1.0.0",
    "summary": "Meetings with customers as contacts",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_care", "calendar"],
    "data": [
        "data/ir_cron_data.xml",
        "views/calendar_event_views.xml",
        "views/res_partner_views.xml",
    ],
    "auto_install": True,
}
