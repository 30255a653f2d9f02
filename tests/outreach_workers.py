"""Greetings and invitations by worker processes, some of which are killed (modes: prepare, greetings, campaign)."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from workers import read, run_script, work

PEOPLE, BATCH = 600, 40
# Each pair of workers dies, both within a transaction, in the method at its call with this number.
JOBS = {
    "greetings": {
        "model": "customer.care.greeting",
        "module": "customer_care_greeting_send",
        "deaths": (("_process_due", 1), ("_queue_mails", 2), ("_finish_sent", 3), ("_send_batch", 2)),
    },
    "campaign": {
        "model": "customer.care.campaign.participant",
        "module": "customer_care_campaign_mail",
        "deaths": (("_take_batch", 2), ("_send", 2), ("_set_state", 3), ("_send_due", 1)),
    },
}
STATE = {
    "states": "SELECT state, count(*) FROM {table} GROUP BY 1 ORDER BY 1",
    "mails": "SELECT {rows}.partner_id, count(mail.id) FROM {table} {rows} LEFT JOIN mail_message message"
    " ON message.model = '{model}' AND message.res_id = {rows}.id"
    " LEFT JOIN mail_mail mail ON mail.mail_message_id = message.id GROUP BY 1 ORDER BY 1",
    "story": "SELECT partner_id, count(*) FROM customer_care_event"
    " WHERE kind IN ('greeting_sent', 'campaign_invited') GROUP BY 1 ORDER BY 1",
    "contacts": "SELECT partner_id, count(*) FROM customer_contact_log WHERE source = 'greeting' GROUP BY 1 ORDER BY 1",
    "due": "SELECT count(*) FROM customer_care_campaign_participant WHERE mail_due IS NOT NULL",
}


def prepare(env):
    """Plan a holiday's greetings for many, every tenth of whom refuses mails, and invite the same to a campaign."""
    from tools.bench.figures import fill_customers

    first, last = fill_customers(env, PEOPLE, name="Crash", mailbox="crash")
    env.cr.execute(
        "UPDATE res_partner SET is_company = FALSE, tz = 'UTC' WHERE id BETWEEN %s AND %s", (first, last)
    )
    domain = f"[('id', '>=', {first}), ('id', '<=', {last})]"
    purpose = env["customer.consent.purpose"].create({"name": "Crash", "code": "crash", "is_opt_in": False})
    env["customer.consent"].create(
        [
            {"partner_id": number, "purpose_id": purpose.id, "state": "refused"}
            for number in range(first, last + 1)
            if number % 10 == 0
        ]
    )
    # The whole day is a good hour.
    env.company.write({"care_greeting_hour": 0, "care_contact_from": 0, "care_contact_to": 24})
    today = fields.Date.today()
    occasion = env["customer.care.occasion"].create(
        {
            "name": "Crash",
            "month": today.month,
            "day": today.day,
            "template_id": env.ref("customer_care.mail_template_greeting_holiday").id,
            "purpose_id": purpose.id,
            "domain": domain,
            "is_on": True,
        }
    )
    occasion.action_plan()
    now = fields.Datetime.now()
    campaign = env["customer.care.campaign"].create(
        {
            "name": "Crash",
            "date_begin": now + timedelta(days=20),
            "date_end": now + timedelta(days=20, hours=4),
            "purpose_id": purpose.id,
            "target_domain": domain,
        }
    )
    campaign._insert_participants(campaign._find_targets())
    campaign.action_open_invitations()


def send(env, job):
    """Do what the job of the queue does."""
    from odoo.addons.customer_care import models

    with patch.object(getattr(models, job["module"]), "ROWS_AT_ONCE", BATCH):
        env[job["model"].removesuffix(".participant")]._cron_send()


def get_queries(job):
    names = {"model": job["model"], "table": job["model"].replace(".", "_"), "rows": "one"}
    return {name: query.format(**names) for name, query in STATE.items()}


def find(database, mode):
    job = JOBS[mode]
    queries = get_queries(job)

    def do(env):
        send(env, job)

    ends, states = [], []
    for place in job["deaths"]:
        ends.append(work(database, do, death=(job["model"], *place)))
        states.append(read(database, queries)["states"])
    ended = {"last": work(database, do), "again": work(database, do)}
    return {"ends": ends, "states": states, **ended, "state": read(database, queries)}


run_script(env, MODE, OUTPUT, prepare, find)  # noqa: F821
