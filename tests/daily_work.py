"""Traces of daily work, piped into ``odoo shell`` (which gives ``env``) by the uninstall test."""

customer = env["res.partner"].create({"name": "Traces Ltd", "email": "traces@example.com"})  # noqa: F821
env["ir.filters"].create(  # noqa: F821
    {"name": "Open ones", "model_id": "customer.complaint", "domain": "[('closed_datetime', '=', False)]"}
)
complaint = env["customer.complaint"].create(  # noqa: F821
    {"name": "Traces", "partner_id": customer.id, "channel": "phone"}
)
complaint.message_post(body="We look into it.", subtype_xmlid="mail.mt_comment")
complaint.activity_schedule("mail.mail_activity_data_todo", user_id=env.uid)  # noqa: F821
env["ir.attachment"].create(  # noqa: F821
    {"name": "evidence.txt", "raw": b"evidence", "res_model": complaint._name, "res_id": complaint.id}
)
env["customer.complaint.compensation"].create(  # noqa: F821
    {"complaint_id": complaint.id, "kind": "refund", "amount": 500.0}
).action_request_approval()
resolved = env["customer.complaint.stage"].search([("phase", "=", "resolved")], limit=1)  # noqa: F821
closed = env["customer.complaint.stage"].search([("phase", "=", "closed")], limit=1)  # noqa: F821
env["customer.complaint.compensation"].search([]).action_execute()  # noqa: F821
complaint.stage_id = resolved
complaint.stage_id = closed
env["res.config.settings"].create({}).execute()  # noqa: F821
env.cr.commit()  # noqa: F821
