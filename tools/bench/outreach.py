"""Speed and memory of campaigns and greetings with many people.

Run inside ``odoo shell`` (it gives ``env``). Settings come as environment variables: BENCH_ROWS (people, 100,000; the
greetings are a tenth of them) and BENCH_ROUNDS (not used: each step is done once, in its order). The floor of the
target list makes its rows in one statement, with nobody asked.
"""

import os
import resource
import sys
import time
from datetime import timedelta

sys.path.insert(0, os.environ.get("BENCH_FOLDER") or os.path.join(os.getcwd(), "tools", "bench"))

from figures import fill_customers  # noqa: E402
from odoo import fields  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
FLOOR = """
    INSERT INTO customer_care_campaign_participant
           (campaign_id, company_id, partner_id, commercial_partner_id, state, companions, token)
    SELECT %s, %s, id, commercial_partner_id, 'target', 0,
           replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
      FROM res_partner WHERE id BETWEEN %s AND %s
"""


def measure(name, work):
    """Do a step with cold caches and print its time, queries and the most memory so far."""
    env.flush_all()  # noqa: F821
    env.invalidate_all()  # noqa: F821
    queries, begin = env.cr.sql_log_count, time.perf_counter()  # noqa: F821
    result = work()
    env.flush_all()  # noqa: F821
    seconds = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    count = env.cr.sql_log_count - queries  # noqa: F821
    print(f"    {name:<46}{seconds * 1000:>10.0f} ms{count:>8} queries{memory:>8} MB", flush=True)
    return result


def make_campaign(env, customers, purpose):
    now = fields.Datetime.now()
    first, last = customers
    return env["customer.care.campaign"].create(
        {
            "name": "Bench",
            "date_begin": now + timedelta(days=20),
            "date_end": now + timedelta(days=20, hours=4),
            "purpose_id": purpose.id,
            "target_domain": f"[('id', '>=', {first}), ('id', '<=', {last})]",
        }
    )


def run_floor(env, campaign, customers):
    try:
        with env.cr.savepoint():
            measure(
                "floor: rows in one statement",
                lambda: env.cr.execute(FLOOR, (campaign.id, campaign.company_id.id, *customers)),
            )
            raise ZeroDivisionError
    except ZeroDivisionError:
        env.invalidate_all()


def run_campaign(env, customers, purpose):
    print(f"\nCampaign with {ROWS:,} participants")
    campaign = make_campaign(env, customers, purpose)
    run_floor(env, campaign, customers)
    wizard = env["customer.care.campaign.targets"].create({"campaign_id": campaign.id, "is_confirmed": True})
    spec = {
        name: {} for name in ("present_count", "new_count", "left_out_count", "reasons_text", "names_text")
    }
    measure("preview of the target list", lambda: wizard.web_read(spec))
    measure("update of the target list", wizard.action_update)
    form = env["customer.care.campaign"].get_view(view_type="form")
    arch_names = {name: {} for name in form["models"]["customer.care.campaign"]}
    measure("form", lambda: campaign.web_read(arch_names))
    Participant = env["customer.care.campaign.participant"]
    domain = [("campaign_id", "=", campaign.id)]
    columns = {
        name: {} for name in ("partner_id", "contact_id", "email", "phone", "state", "remark", "mail_due")
    }
    measure(
        "list, first page", lambda: Participant.web_search_read(domain, columns, limit=80, count_limit=10001)
    )
    measure("list by state", lambda: Participant.web_read_group(domain, ["state"], ["__count"]))
    measure("opening of the invitations", campaign.action_open_invitations)
    for number in range(1, 4):
        measure(f"batch {number} of 100 invitations", lambda: Participant.sudo()._take_batch()._send_due())
    env.cr.execute(
        "UPDATE customer_care_campaign_participant SET state = CASE WHEN id %% 3 = 0 THEN 'accepted' ELSE 'invited' END"
        " WHERE campaign_id = %s",
        (campaign.id,),
    )
    env.invalidate_all()
    measure("notice of a change", lambda: campaign.write({"location": "Hall"}))
    campaign.write({"date_begin": fields.Datetime.now() - timedelta(hours=1)})
    measure("end: a third becomes absent", campaign.action_done)


def run_greetings(env, customers, purpose):
    first, last = customers[0], customers[0] + ROWS // 10 - 1
    print(f"\n{ROWS // 10:,} greetings")
    today = fields.Date.today()
    env.company.write({"care_greeting_hour": 0, "care_contact_from": 0, "care_contact_to": 24})
    env.cr.execute(
        "UPDATE res_partner SET is_company = FALSE, tz = 'UTC' WHERE id BETWEEN %s AND %s", (first, last)
    )
    occasion = env["customer.care.occasion"].create(
        {
            "name": "Bench",
            "month": today.month,
            "day": today.day,
            "template_id": env.ref("customer_care.mail_template_greeting_holiday").id,
            "purpose_id": purpose.id,
            "domain": f"[('id', '>=', {first}), ('id', '<=', {last})]",
            "is_on": True,
        }
    )
    measure("planning", occasion.action_plan)
    measure("planning again", occasion.action_plan)
    Greeting = env["customer.care.greeting"].sudo()
    for number in range(1, 4):
        batch = Greeting.search(Greeting._get_due_domain(), order="id", limit=200)
        measure(f"batch {number} of {len(batch)} greetings", batch._process_due)
    measure("sending of the rest", lambda: send_all(Greeting))


def send_all(Greeting):
    """Send batch after batch, each with fresh caches as after a commit."""
    while batch := Greeting.search(Greeting._get_due_domain(), order="id", limit=200):
        batch._process_due()
        Greeting.env.flush_all()
        Greeting.env.invalidate_all()


purpose = env["customer.consent.purpose"].create({"name": "Bench", "code": "bench", "is_opt_in": False})  # noqa: F821
people = fill_customers(env, ROWS, name="Bench", mailbox="bench")  # noqa: F821
env.cr.execute("ANALYZE res_partner")  # noqa: F821
run_campaign(env, people, purpose)  # noqa: F821
run_greetings(env, people, purpose)  # noqa: F821
env.cr.rollback()  # noqa: F821
