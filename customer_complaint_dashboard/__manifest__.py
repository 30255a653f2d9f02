{
    "name": "Customer Complaints: Spreadsheet Dashboard",
    "version": "19.0.1.0.0",
    "summary": "Figures of complaints among Odoo's dashboards",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint", "spreadsheet_dashboard"],
    "data": ["data/spreadsheet_dashboard_data.xml"],
    "auto_install": True,
}
