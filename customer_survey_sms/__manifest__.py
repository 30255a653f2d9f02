{
    "name": "Customer Satisfaction Surveys: SMS",
    "version": "19.0.1.0.0",
    "summary": "Survey rules that ask and remind customers by SMS",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_survey", "sms"],
    "data": [
        "data/sms_template_data.xml",
        "views/customer_survey_rule_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "auto_install": True,
}
