{
    "name": "Bench Floor",
    "version": "19.0.1.0.0",
    "summary": "The least a document with chatter can cost: what our figures are compared with",
    "author": "Customer Care for Odoo",
    "license": "AGPL-3",
    "category": "Hidden",
    "depends": ["contacts", "mail"],
    "data": ["security/ir.model.access.csv", "views/bench_floor_views.xml"],
}
