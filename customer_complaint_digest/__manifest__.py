{
    "name": "Customer Complaints: Digest",
    "version": "19.0.1.0.0",
    "summary": "Key figures of complaints in the periodic digest mail",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Services/Customer Care",
    "depends": ["customer_complaint", "digest"],
    "data": ["views/digest_digest_views.xml"],
    "auto_install": True,
}
