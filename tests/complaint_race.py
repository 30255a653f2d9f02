"""People, a team and factories for two who decide on the same complaint at the same moment."""

import odoo
from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from workers import inside

TRIES = 3


class Stage:
    """People, a team and factories; all that is made is committed."""

    def __init__(self, database):
        self.database = database
        self.ids = inside(database, self._prepare)

    def _prepare(self, env):
        """Return {name: id} of the people and of what all scenarios use."""
        groups = {
            "handler": "customer_complaint.group_complaint_user",
            "colleague": "customer_complaint.group_complaint_supervisor",
            "manager": "customer_complaint.group_complaint_manager",
            "manager_two": "customer_complaint.group_complaint_manager",
            "director": "customer_care.group_care_director",
        }
        ids = {}
        for name, group in groups.items():
            ids[name] = (
                env["res.users"]
                .create(
                    {
                        "name": name,
                        "login": f"race_{name}",
                        "email": f"race_{name}@company.example",
                        "group_ids": [Command.link(env.ref(group).id)],
                    }
                )
                .id
            )
        env["customer.approval.rule"].search(
            [("model_id.model", "=like", "customer.complaint.%")]
        ).active = False
        env["customer.complaint.offer"].search([]).active = False
        env["customer.complaint.major.rule"].search([]).active = False
        for model in ("compensation", "plan", "reward"):
            env["customer.approval.rule"].create(
                {
                    "name": "One of the managers",
                    "model_id": env["ir.model"]._get_id(f"customer.complaint.{model}"),
                    "user_ids": [Command.set([ids["manager"], ids["manager_two"]])],
                }
            )
        ids["partner"] = env["res.partner"].create({"name": "Race", "email": "race@customer.example"}).id
        ids["team"] = (
            env["customer.complaint.team"]
            .create(
                {
                    "name": "Race",
                    "user_id": ids["colleague"],
                    "manager_id": ids["manager"],
                    "member_ids": [Command.link(ids["handler"])],
                }
            )
            .id
        )
        closed = env.ref("customer_complaint.customer_complaint_stage_closed")
        closed.write({"needs_tasks_done": True, "mail_template_id": False})
        ids["closed"] = closed.id
        ids["proposed"] = env.ref("customer_complaint.customer_complaint_stage_proposed").id
        return ids

    def make(self, work):
        """Return what ``work(env)`` gives, committed."""
        return inside(self.database, work)

    def complaint(self, env, **vals):
        return env["customer.complaint"].create(
            {
                "name": "Race",
                "partner_id": self.ids["partner"],
                "team_id": self.ids["team"],
                "user_id": self.ids["handler"],
                "acknowledge_state": "skipped",
                **vals,
            }
        )

    def offer(self, env, amount=100, complaint=None, *, is_asked=True, **vals):
        offer = env["customer.complaint.compensation"].create(
            {
                "complaint_id": (complaint or self.complaint(env)).id,
                "amount": amount,
                "evidence": "Transfer 4711",
                **vals,
            }
        )
        if is_asked:
            offer.with_user(self.ids["handler"]).action_request_approval()
        return offer

    def plan(self, env, complaint=None, measures=1, state="draft"):
        plan = env["customer.complaint.plan"].create(
            {
                "complaint_id": (complaint or self.complaint(env)).id,
                "measure_ids": [
                    Command.create(
                        {
                            "name": f"Step {number}",
                            "result": "Done",
                            "user_id": self.ids["handler"],
                            "date_deadline": fields.Date.today(),
                        }
                    )
                    for number in range(measures)
                ],
            }
        )
        if state != "draft":
            plan.with_user(self.ids["handler"]).action_request_approval()
        if state == "approved":
            plan.with_user(self.ids["manager"]).action_approve()
        return plan

    def race(self, *works):
        """Let two people, (name, function(env)) each, decide at once; return how each ended, '' for done."""
        with (
            odoo.sql_db.db_connect(self.database).cursor() as first,
            odoo.sql_db.db_connect(self.database).cursor() as second,
        ):
            # from now on each transaction sees the database as it is now
            for cr in (first, second):
                cr.execute("SELECT 1 FROM customer_complaint LIMIT 1")
            return [self._decide(cr, *work) for cr, work in zip((first, second), works, strict=True)]

    def _decide(self, cr, name, work):
        user_id = self.ids[name] if name else SUPERUSER_ID
        for _number in range(TRIES):
            env = api.Environment(cr, user_id, {})
            try:
                work(env)
                cr.flush()
                cr.commit()
                return ""
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                cr.rollback()
                env.transaction.reset()
            except (UserError, odoo.sql_db.psycopg2.IntegrityError) as error:
                cr.rollback()
                env.transaction.reset()
                return str(error) or type(error).__name__
        return f"given up after {TRIES}"


def do(model, record_id, method, *arguments):
    """Return a function that calls a method of one record."""
    return lambda env: getattr(env[model].browse(record_id), method)(*arguments)
