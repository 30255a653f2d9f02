"""Survey rules by worker processes: a run, some of whose workers are killed, two rules that meet in one customer, and
two customers for whom the quota of a rule has one place.

Modes: ``prepare``, ``quiet`` (nobody is killed), ``killed``, ``meet``.
"""

import time

from workers import fork, inside, plan_in_slices, read, run_script, work_to_the_end

CUSTOMERS, SLICE = 1000, 100
# Each pair of workers dies, both within a transaction, in the method at its call with this number.
DEATHS = [
    ("customer.survey.run", *place) for place in (("_find", 1), ("_make", 2), ("_insert", 3), ("_end", 1))
]
STATE = {
    "run": "SELECT state, count_customers, count_due, count_new, counts::text, error FROM customer_survey_run"
    " WHERE state <> 'failed'",
    "requests": "SELECT partner_id, key, outcome FROM customer_survey_request WHERE run_id IS NOT NULL ORDER BY key",
    "invitations": "SELECT care_key, partner_id, state, (SELECT count(*) FROM %s r WHERE r.%s = i.id)"
    " FROM survey_user_input i WHERE care_rule_id IS NOT NULL AND care_key LIKE '%%:res.partner,%%:0' ORDER BY 1",
    "candidates": "SELECT count(*) FROM customer_survey_candidate",
    "slices": "SELECT count(*) FROM customer_survey_slice",
}


def prepare(env):
    """Make a rule over many customers, some of whom want no surveys, two rules by hand with a quiet period, and one
    with a quota."""
    from tools.bench.figures import fill_customers

    first, last = fill_customers(env, CUSTOMERS)
    env.cr.execute(
        "UPDATE res_partner SET care_do_not_call = TRUE WHERE id BETWEEN %s AND %s AND id %% 10 = 0",
        (first, last),
    )
    env["customer.survey.rule"].search([]).write({"active": False})
    survey = env.ref("customer_survey.survey_satisfaction")
    domain = f"[('id', '>=', {first}), ('id', '<=', {last})]"
    shared = {"survey_id": survey.id, "quiet_mode": "own"}
    rules = env["customer.survey.rule"]
    rules.create({**shared, "name": "Crash", "trigger": "filter", "partner_domain": domain, "quiet_days": 10})
    rules.create([{**shared, "name": f"Meet {n}", "delay_days": 1, "quiet_days": 10} for n in range(2)])
    rules.create({**shared, "name": "Quota", "delay_days": 1, "quiet_days": 0, "quota_count": 1})
    env.company.care_survey_limit = 0


def ask(env, name, email):
    """Ask one customer by the rule of that name, seeing what was so a second ago; return how many it asked."""
    from odoo.addons.customer_care.tools.batches import TRANSIENT

    rule = env["customer.survey.rule"].search([("name", "=", name)])
    partner = env["res.partner"].search([("email", "=", email)])
    # Both have looked before either asks.
    time.sleep(1)
    for _attempt in range(3):
        try:
            asked = len(rule._ask(partner, env.company, "meet"))
            env.cr.commit()
            return asked
        except TRANSIENT:
            env.cr.rollback()
            env.invalidate_all()
    return -1


def meet(database):
    """Let two workers ask one customer by two rules at one moment; return how many each asked."""

    make_customers(database, "meet")
    email = "meet@bench.example"
    return sorted(
        fork([lambda n=n: inside(database, lambda env: ask(env, f"Meet {n}", email)) for n in range(2)])
    )


def share_quota(database):
    """Let two workers ask two customers at one moment by a rule that asks one a day.

    :return: how many each asked, and what was decided for the two
    """
    names = ("first", "second")
    make_customers(database, *names)
    emails = [f"{name}@bench.example" for name in names]
    asked = fork(
        [lambda email=email: inside(database, lambda env: ask(env, "Quota", email)) for email in emails]
    )
    query = (
        "SELECT request.outcome FROM customer_survey_request request"
        " JOIN res_partner partner ON partner.id = request.partner_id WHERE partner.email = ANY(%s) ORDER BY 1"
    )
    decided = read(database, {"rows": query}, emails)["rows"]
    return {"asked": sorted(asked), "decided": [outcome for (outcome,) in decided]}


def make_customers(database, *names):
    def make(env):
        env["res.partner"].create([{"name": name, "email": f"{name}@bench.example"} for name in names])
        env.cr.commit()

    inside(database, make)


def find(database, mode):
    relation = inside(database, lambda env: env["survey.user_input"]._fields["predefined_question_ids"])
    queries = {**STATE, "invitations": STATE["invitations"] % (relation.relation, relation.column1)}
    ended = work_to_the_end(
        database, mode, lambda env: plan_in_slices(env, "customer.survey.rule", SLICE), DEATHS
    )
    state = read(database, queries)
    return {**ended, "state": state, "met": meet(database), "quota": share_quota(database)}


run_script(env, MODE, OUTPUT, prepare, find)  # noqa: F821
