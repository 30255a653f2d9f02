"""Greetings and invitations sent by worker processes, some of which are killed: a script for ``odoo shell``.

The caller puts MODE (``prepare``, ``greetings`` or ``campaign``), ROOT and OUTPUT before it. The workers are forked,
so that the registry is loaded once.
"""

import json
import os
import signal
import sys
from datetime import timedelta
from unittest.mock import patch

import odoo
from odoo import SUPERUSER_ID, api, fields

sys.path.insert(0, ROOT)  # noqa: F821
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
    env.cr.commit()


def die(cls, name, number):
    """Let the process kill itself when the method of that name ends for the n-th time, before anything is committed."""
    original, calls = getattr(cls, name), []

    def method(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        calls.append(name)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(cls, name, method)


def fork_worker(database, job, death):
    """Return the process id of a new worker."""
    from odoo.addons.customer_care import models

    process = os.fork()
    if process:
        return process
    code = 1
    try:
        registry = odoo.modules.registry.Registry(database)
        if death:
            die(registry[job["model"]], *death)
        with (
            patch.object(getattr(models, job["module"]), "ROWS_AT_ONCE", BATCH),
            registry.cursor() as cr,
        ):
            env = api.Environment(cr, SUPERUSER_ID, {})
            env[job["model"].removesuffix(".participant")]._cron_send()
        code = 0
    finally:
        os._exit(code)


def work(database, job, count, death=None):
    """Let so many workers work at once; return by which signal or code each of them ended."""
    processes = [fork_worker(database, job, death) for _n in range(count)]
    return sorted(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes)


def read(database, job):
    names = {"model": job["model"], "table": job["model"].replace(".", "_"), "rows": "one"}
    with odoo.sql_db.db_connect(database).cursor() as cr:
        found = {}
        for name, query in STATE.items():
            cr.execute(query.format(**names))
            found[name] = cr.fetchall()
    # The next workers must not inherit this connection.
    odoo.sql_db.close_all()
    return found


def main(env):
    database = env.cr.dbname
    if MODE == "prepare":  # noqa: F821
        prepare(env)
        return
    job = JOBS[MODE]  # noqa: F821
    env.cr.commit()
    odoo.sql_db.close_all()
    ends, states = [], []
    for death in job["deaths"]:
        ends.append(work(database, job, 2, death))
        states.append(read(database, job)["states"])
    last = work(database, job, 2)
    again = work(database, job, 2)
    found = {"ends": ends, "states": states, "last": last, "again": again, "state": read(database, job)}
    with open(OUTPUT, "w", encoding="utf-8") as file:  # noqa: F821
        json.dump(found, file, default=str)
    # The shell's own cursor was closed under its hands.
    os._exit(0)


main(env)  # noqa: F821
