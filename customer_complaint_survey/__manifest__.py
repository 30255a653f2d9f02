{
    "name": "Complaint Surveys",
    "version": "19.0.1.0.0",
    "summary": "Asks the customer after a complaint is closed",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint", "customer_survey"],
    "data": [
        "data/survey_survey_data.xml",
        "data/mail_template_data.xml",
        "data/customer_survey_rule_data.xml",
        "data/customer_satisfaction_index_data.xml",
        "views/customer_complaint_views.xml",
        "views/customer_survey_loop_views.xml",
        "views/customer_survey_rule_views.xml",
        "views/customer_survey_report_views.xml",
        "views/survey_question_views.xml",
    ],
    "demo": [
        "demo/customer_complaint_audit_demo.xml",
        "demo/customer_satisfaction_index_demo.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_complaint_survey/static/tests/tours/*.js"],
    },
    "auto_install": True,
}
