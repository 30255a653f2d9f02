"""The desk under two callers at once, and the reminder under kill -9 (modes: prepare, callers, killed).

A barrier lets both callers begin each call at the same moment.
"""

import multiprocessing
import os
import signal

import odoo
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import retrying
from workers import fork, inside, read, run_script

CALLS, LATE = 12, 30
LOGINS = ("desk0", "desk1")
STATE = {
    "claims": "SELECT subject, count(*), count(call_user_id), count(user_id) FROM customer_callback"
    " WHERE subject IN ('start', 'pull') GROUP BY subject ORDER BY subject",
    "ends": "SELECT subject, attempt, state, outcome, count(*) FROM customer_callback"
    " WHERE subject IN ('reached', 'no_answer') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2",
    "story": "SELECT event.kind, count(*), count(DISTINCT event.res_id) FROM customer_care_event event"
    " JOIN customer_callback callback ON callback.id = event.res_id AND event.res_model = 'customer.callback'"
    " WHERE callback.subject IN ('reached', 'no_answer') GROUP BY 1 ORDER BY 1",
    "contacts": "SELECT count(*), count(DISTINCT res_id) FROM customer_contact_log"
    " WHERE res_model = 'customer.callback'",
    "needs": "SELECT count(*), count(DISTINCT callback_id) FROM customer_need WHERE callback_id IS NOT NULL",
    "late": "SELECT count(reminded_datetime), count(escalated_datetime) FROM customer_callback"
    " WHERE subject = 'late'",
    "messages": "SELECT partner.name, message.subject FROM mail_notification notification"
    " JOIN mail_message message ON message.id = notification.mail_message_id"
    " JOIN res_partner partner ON partner.id = notification.res_partner_id"
    " WHERE partner.name LIKE 'Desk %' ORDER BY 1, 2",
}


def prepare(env):
    """Make two callers with their leader, and calls for each kind of race."""
    env["customer.callback"].search([("state", "=", "planned")]).action_cancel("Test")
    group = env.ref("customer_care.group_care_supervisor")
    users = env["res.users"].create(
        [
            {
                "name": f"Desk {login}",
                "login": login,
                "email": f"{login}@example.com",
                "group_ids": [(4, group.id)],
            }
            for login in (*LOGINS, "leader")
        ]
    )
    team = env["customer.care.team"].create(
        {"name": "Desk", "user_id": users[2].id, "member_ids": [(6, 0, users[:2].ids)]}
    )
    partner = env["res.partner"].create({"name": "Desk customer", "is_company": True, "phone": "+49 30 1234"})
    common = {"partner_id": partner.id, "team_id": team.id, "user_id": False}
    today = fields.Date.today()
    long_ago = fields.Date.subtract(today, days=60)
    env["customer.callback"].create(
        [
            {**common, "subject": name, "date_planned": today}
            for name in ("start", "pull")
            for _n in range(CALLS)
        ]
        + [
            {
                **common,
                "subject": name,
                "date_planned": today,
                "note": "Fine",
                "needs": "Spare parts",
                "user_id": users[0].id,
            }
            for name in ("reached", "no_answer")
            for _n in range(CALLS)
        ]
        + [
            {**common, "subject": "late", "date_planned": long_ago, "user_id": users[number % 2].id}
            for number in range(LATE)
        ]
    )


def attempt(database, login, call):
    """Do ``call(env)`` as a web request does, in a transaction of its own; return ``done`` or the error's class."""

    def work(env):
        env = env(user=env["res.users"].search([("login", "=", login)]))
        try:
            retrying(lambda: call(env), env)
        except (UserError, AccessError) as error:
            return type(error).__name__
        return "done"

    return inside(database, work)


def find_ids(database, subject):
    query = "SELECT id FROM customer_callback WHERE subject = %s AND attempt = 1 ORDER BY id"
    return [row[0] for row in read(database, {"ids": query}, subject)["ids"]]


def race(database, subject, logins, method):
    """Let two workers do the same with each callback; return how often each kind of answer came, in pairs."""
    barrier = multiprocessing.Barrier(2)
    ids = find_ids(database, subject)

    def work(login):
        answers = []
        for number in ids:
            barrier.wait(60)
            answers.append(
                attempt(database, login, lambda env: method(env["customer.callback"].browse(number)))  # noqa: B023
            )
        return answers

    pairs = zip(*fork([lambda login=login: work(login) for login in logins]), strict=True)
    counts = {}
    for pair in pairs:
        key = "+".join(sorted(pair))
        counts[key] = counts.get(key, 0) + 1
    return counts


def pull(database, login):
    """Take calls until none is left; return how many."""
    count = 0
    while attempt(database, login, lambda env: env["customer.callback"].action_pull()) == "done":
        count += 1
    return count


def remind(database, death=None):
    """Run the job of the overdue; killed in its n-th message, before or after that is committed."""
    model = odoo.modules.registry.Registry(database)["customer.callback"]
    original, calls = model._report_overdue, []

    def report(self, *args):
        calls.append(args)
        if death == ("after", len(calls)):
            os.kill(os.getpid(), signal.SIGKILL)
        original(self, *args)
        if death == ("within", len(calls)):
            os.kill(os.getpid(), signal.SIGKILL)

    model._report_overdue = report
    inside(database, lambda env: env["customer.callback"]._cron_remind_overdue())
    return len(calls)


def race_all(database):
    return {
        "start": race(database, "start", LOGINS, lambda callback: callback.action_start_call()),
        "pulled": sum(fork([lambda login=login: pull(database, login) for login in LOGINS])),
        # The same person in two windows, and a colleague beside.
        "reached": race(database, "reached", LOGINS[:1] * 2, lambda callback: callback.action_desk_reached()),
        "no_answer": race(database, "no_answer", LOGINS, lambda callback: callback.action_desk_no_answer()),
    }


def remind_all(database):
    deaths = [("within", 1), ("after", 2), ("within", 2)]
    return {
        "killed": [fork([lambda death=death: remind(database, death)])[0] for death in deaths],
        "together": fork([lambda: remind(database)] * 2),
        "again": fork([lambda: remind(database)] * 2),
    }


def find(database, mode):
    result = (race_all if mode == "callers" else remind_all)(database)
    return {**result, "state": read(database, STATE)}


run_script(env, MODE, OUTPUT, prepare, find)  # noqa: F821
