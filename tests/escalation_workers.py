"""Escalating by processes that work at once, some of which are killed (mode: all)."""

from datetime import timedelta

from odoo import Command, fields
from workers import finish, read, work

COMPLAINTS, BATCH = 240, 20
# Each pair of workers dies, within a transaction, in the method of the model at its call with this number.
DEATHS = (
    ("customer.complaint.escalation.log", "_append", 2),
    ("customer.complaint", "_plan_escalation_activities", 3),
    ("customer.complaint", "_escalate_due", 2),
)
TELL_DEATH = ("customer.complaint.escalation.log", "_send_digest", 1)
STATE = {
    "logs": "SELECT state, level, count(*), count(DISTINCT complaint_id) FROM customer_complaint_escalation_log"
    " WHERE complaint_id IN (SELECT id FROM customer_complaint WHERE team_id = %s) GROUP BY 1, 2 ORDER BY 2",
    "to_tell": "SELECT count(*) FROM customer_complaint_escalation_log WHERE is_to_tell",
    "activities": "SELECT count(*), count(DISTINCT (res_id, user_id)) FROM mail_activity"
    " WHERE res_model = 'customer.complaint'"
    " AND res_id IN (SELECT id FROM customer_complaint WHERE team_id = %s)",
    "raised": "SELECT priority_raise, count(*) FROM customer_complaint WHERE team_id = %s GROUP BY 1",
    "events": "SELECT count(*) FROM customer_care_event WHERE kind = 'complaint_escalated'"
    " AND res_id IN (SELECT id FROM customer_complaint WHERE team_id = %s)",
    "messages": "SELECT p.email, count(*) FROM mail_message m"
    " JOIN mail_message_res_partner_rel r ON r.mail_message_id = m.id JOIN res_partner p ON p.id = r.res_partner_id"
    " WHERE m.message_type = 'user_notification' AND m.subject LIKE '%%scalated%%' GROUP BY 1 ORDER BY 1",
}


def prepare(env):
    """Make complaints that have been late for long, and a rule that holds since then; return the team's id."""
    env["customer.complaint.escalation"].with_context(active_test=False).search([]).write({"active": False})
    group = env.ref("customer_complaint.group_complaint_supervisor")
    handler, leader = env["res.users"].create(
        [
            {
                "name": login,
                "login": login,
                "email": f"{login}@company.example",
                "group_ids": [Command.link(group.id)],
            }
            for login in ("escalation_handler", "escalation_leader")
        ]
    )
    team = env["customer.complaint.team"].create({"name": "Workers", "user_id": leader.id})
    rule = env["customer.complaint.escalation"].create(
        {
            "name": "Workers",
            "sequence": 0,
            "for_response": True,
            "level_ids": [
                Command.create({"amount": 50}),
                Command.create({"amount": 100, "to_leader": True, "priority_steps": 1}),
            ],
        }
    )
    rule.level_ids.write({"since_datetime": fields.Datetime.now() - timedelta(days=90)})
    received = fields.Datetime.now() - timedelta(days=40)
    env["customer.complaint"].create(
        [
            {
                "name": f"Late {number}",
                "team_id": team.id,
                "user_id": handler.id,
                "partner_id": env.user.partner_id.id,
                "received_datetime": received,
            }
            for number in range(COMPLAINTS)
        ]
    )
    env.cr.commit()
    return team.id


def escalate(env):
    """Do what the scheduled job does."""
    env["customer.complaint"]._cron_escalate(BATCH)


def look(database, team_id):
    """Return what there is of the team's complaints now."""
    found = {}
    for name, query in STATE.items():
        found.update(read(database, {name: query}, *([team_id] if "= %s" in query else [])))
    return found


def main(env):
    database = env.cr.dbname
    team_id = prepare(env)
    ends = [work(database, escalate, death=death) for death in DEATHS]
    killed = look(database, team_id)
    ends.append(work(database, escalate, death=TELL_DEATH))
    last = work(database, escalate)
    first = look(database, team_id)
    again = work(database, escalate)
    finish(
        OUTPUT,  # noqa: F821
        {
            "ends": ends,
            "last": last,
            "again": again,
            "killed": killed,
            "first": first,
            "second": look(database, team_id),
        },
    )


main(env)  # noqa: F821
