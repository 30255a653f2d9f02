"""Traces of daily work, piped into ``odoo shell`` (which gives ``env``) by the uninstall test."""

from datetime import timedelta

from odoo import fields

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
    {"complaint_id": complaint.id, "kind": "refund", "amount": 500.0, "evidence": "Transfer 4711"}
).action_request_approval()
resolved = env["customer.complaint.stage"].search([("phase", "=", "resolved")], limit=1)  # noqa: F821
closed = env["customer.complaint.stage"].search([("phase", "=", "closed")], limit=1)  # noqa: F821
env["customer.complaint.compensation"].search([]).action_execute()  # noqa: F821
complaint.stage_id = resolved
complaint.stage_id = closed
# OdooBot is no person who works.
env = env(user=env.ref("base.user_admin"), su=True)  # noqa: F821
# The care of customers: a call with an answer, a plan that runs, a campaign with mails, a greeting, a gift, a contact.
now = fields.Datetime.now()
script = env["customer.callback.script"].create(  # noqa: F821
    {"name": "Traces", "question_ids": [(0, 0, {"title": "All well?", "kind": "text"})]}
)
callback = env["customer.callback"].create(  # noqa: F821
    {"partner_id": customer.id, "subject": "Traces", "script_id": script.id}
)
callback.set_answer(script.question_ids.id, "Yes")
callback.action_done("reached", satisfaction=8)
rule = env["customer.callback.rule"].create(  # noqa: F821
    {"name": "Traces", "trigger": "filter", "repeat_days": 10, "delay_days": 0}
)
rule.action_preview()
rule.action_plan_now()
env["customer.contact.log"].create(  # noqa: F821
    {"partner_id": customer.id, "subject": "Traces", "next_step": "Ask", "next_date": now.date()}
).action_plan_activity()
plan = env["customer.care.plan"].create({"name": "Traces", "partner_id": customer.id})  # noqa: F821
env["customer.care.measure"].create(  # noqa: F821
    [
        {"plan_id": plan.id, "name": kind, "kind": kind, "date": now.date(), "user_id": env.uid}  # noqa: F821
        for kind in ("call", "visit")
    ]
)
env["customer.care.plan.goal"].create({"plan_id": plan.id, "kind": "purchases", "target": 1})  # noqa: F821
env["ir.attachment"].create(  # noqa: F821
    {"name": "plan.txt", "raw": b"plan", "res_model": plan._name, "res_id": plan.id}
)
# nobody else is there who could approve
env["customer.approval.rule"].search([]).active = False  # noqa: F821
plan.action_request_approval()
campaign = env["customer.care.campaign"].create(  # noqa: F821
    {
        "name": "Traces",
        "date_begin": now + timedelta(days=9),
        "date_end": now + timedelta(days=9, hours=2),
        "cost_ids": [(0, 0, {"name": "Hall", "planned_amount": 10})],
    }
)
guest = campaign._add_partners(customer)
campaign.action_open_invitations()
while batch := guest._take_batch():
    batch._send_due()
guest._answer("yes")
occasion = env["customer.care.occasion"].create({"name": "Traces", "channel": "letter"})  # noqa: F821
greeting = env["customer.care.greeting"].create(  # noqa: F821
    {
        "occasion_id": occasion.id,
        "partner_id": customer.id,
        "company_id": occasion.company_id.id,
        "date": now.date(),
        "date_action": now.date(),
        "year": now.year,
        "channel": "letter",
    }
)
gift = env["customer.care.gift"].create(  # noqa: F821
    {"partner_id": customer.id, "name": "Traces", "amount": 1, "evidence": "Receipt"}
)
gift.action_request_approval()
greeting.action_mark_done()
env["ir.filters"].create({"name": "Mine", "model_id": "customer.care.plan", "domain": "[]"})  # noqa: F821
env["customer.makeup.day"].create({"name": "Traces", "date": now.date()})  # noqa: F821
env["customer.care.target"].create({"figure": "reach", "percent": 80})  # noqa: F821
env["res.config.settings"].create({}).execute()  # noqa: F821
env.cr.commit()  # noqa: F821
