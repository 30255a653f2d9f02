"""Approval and night work of care plans by processes that run at once."""

import time

import odoo
from odoo import Command, fields
from workers import finish, fork, inside, read

WORKERS = 3
PLANS = 12


def prepare(env):
    """Return ids of plans of the future that wait for one approval, the person who gives it, and the customers."""
    env["customer.approval.rule"].search([("model_id.model", "=", "customer.care.plan")]).active = False
    group = env.ref("customer_care.group_care_manager")
    manager = env["res.users"].create(
        {"name": "Approver", "login": "plan_approver", "group_ids": [Command.link(group.id)]}
    )
    env["customer.approval.rule"].create(
        {
            "name": "One",
            "model_id": env["ir.model"]._get_id("customer.care.plan"),
            "group_id": group.id,
        }
    )
    user = env["res.users"].create(
        {
            "name": "Doer",
            "login": "plan_doer",
            "group_ids": [Command.link(env.ref("customer_care.group_care_user").id)],
        }
    )
    today = fields.Date.today()
    partners = env["res.partner"].create([{"name": f"Plan {n}", "phone": "+49 30 1"} for n in range(PLANS)])
    kinds = ("visit", "call", "gift")
    plans = env["customer.care.plan"].create(
        [
            {
                "name": "Parallel",
                "partner_id": partner.id,
                "date_begin": fields.Date.add(today, days=1),
                "date_end": fields.Date.add(today, days=300),
                "user_id": user.id,
                "measure_ids": [
                    Command.create(
                        {
                            "kind": kind,
                            "name": kind,
                            "user_id": user.id,
                            "date": fields.Date.add(today, days=2),
                        }
                    )
                    for kind in kinds
                ],
            }
            for partner in partners
        ]
    )
    plans.action_request_approval()
    env.cr.commit()
    return plans.ids, manager.id


def approve(env, plan_ids, manager_id):
    """Approve each plan; who comes second finds it done or the line locked, and goes on."""
    Plan = env["customer.care.plan"].with_user(manager_id)
    for plan_id in plan_ids:
        for _attempt in range(5):
            try:
                Plan.browse(plan_id).action_approve()
                env.cr.commit()
                break
            except odoo.exceptions.UserError:
                env.cr.rollback()
                break
            except Exception:
                # The web server tries again what PostgreSQL could not serialize.
                env.cr.rollback()
                time.sleep(0.05)


def night(env, plan_ids, _manager_id):
    """Do the night work, while somebody else changes the plans just before they are locked."""
    cls, touched = type(env["customer.care.plan"]), []
    original = cls.try_lock_for_update

    def try_lock(self, **kwargs):
        if not touched:
            touched.append(True)
            with odoo.sql_db.db_connect(env.cr.dbname).cursor() as cr:
                cr.execute("UPDATE customer_care_plan SET write_date = now() WHERE id = ANY(%s)", [plan_ids])
        return original(self, **kwargs)

    cls.try_lock_for_update = try_lock
    env["customer.care.plan"]._cron_care_plans()
    env.cr.commit()


def together(database, work, *arguments):
    """Let the workers do the same at once; return how they ended."""
    return fork([lambda: inside(database, lambda env: work(env, *arguments))] * WORKERS)


def look(database, plan_ids):
    """Return what there is of the plans now."""
    queries = {
        "states": "SELECT state, count(*) FROM customer_care_plan WHERE id = ANY(%s) GROUP BY 1",
        "versions": "SELECT decision, count(*) FROM customer_care_plan_version WHERE plan_id = ANY(%s) GROUP BY 1",
        "calls": "SELECT state, count(*), count(DISTINCT key) FROM customer_callback"
        " WHERE res_model = 'customer.care.measure' AND res_id IN"
        " (SELECT id FROM customer_care_measure WHERE plan_id = ANY(%s)) GROUP BY 1",
        "activities": "SELECT count(*), count(DISTINCT res_id) FROM mail_activity"
        " WHERE res_model = 'customer.care.measure' AND res_id IN"
        " (SELECT id FROM customer_care_measure WHERE plan_id = ANY(%s))",
        "story": "SELECT kind, count(*) FROM customer_care_event WHERE res_model = 'customer.care.plan'"
        " AND res_id = ANY(%s) AND kind IN ('plan_approved', 'plan_started') GROUP BY 1 ORDER BY 1",
        "reminders": "SELECT count(*) FROM mail_message WHERE model = 'customer.care.measure'"
        " AND message_type = 'user_notification' AND res_id IN"
        " (SELECT id FROM customer_care_measure WHERE plan_id = ANY(%s))",
    }
    return read(database, queries, plan_ids)


def main(env):
    database = env.cr.dbname
    plan_ids, manager_id = prepare(env)
    ends = [together(database, approve, plan_ids, manager_id)]
    approved = look(database, plan_ids)
    with odoo.sql_db.db_connect(database).cursor() as cr:
        # As if the first day had come, and the measures were late.
        cr.execute(
            "UPDATE customer_care_plan SET date_begin = date_begin - 20 WHERE id = ANY(%s)", [plan_ids]
        )
        cr.execute("UPDATE customer_care_measure SET date = date - 5 WHERE plan_id = ANY(%s)", [plan_ids])
    ends.append(together(database, night, plan_ids, manager_id))
    ends.append(together(database, night, plan_ids, manager_id))
    finish(OUTPUT, {"ends": ends, "approved": approved, "night": look(database, plan_ids)})  # noqa: F821


main(env)  # noqa: F821
