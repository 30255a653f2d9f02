"""Decisions on complaints that two people take at the same moment, each in a transaction of his own.

The second has read the database before the first commits, and decides after it, as two requests to a server do. What
PostgreSQL refuses is done again, as the server does.
"""

from complaint_race import Stage, do
from odoo import fields
from odoo.exceptions import UserError
from workers import finish

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# What happens at once: each returns how the two ended, and what there is afterwards.

OFFER, PLAN = "customer.complaint.compensation", "customer.complaint.plan"


def lines(env, model, record_id):
    """Return the states of the approvals of a record, and how often it was told to the timeline."""
    found = env["customer.approval.line"].search([("res_model", "=", model), ("res_id", "=", record_id)])
    return sorted(found.mapped("state"))


def state_of(env, offer_id):
    offer = env[OFFER].browse(offer_id)
    return [offer.approval_state, offer.amount]


def two_approvers(stage):
    """Two managers approve the same compensation."""
    offer = stage.make(lambda env: stage.offer(env).id)
    ends = stage.race(*((name, do(OFFER, offer, "action_approve")) for name in ("manager", "manager_two")))
    return ends, stage.make(
        lambda env: [
            env[OFFER].browse(offer).approval_state,
            lines(env, OFFER, offer),
            env["customer.care.event"].search_count(
                [("res_model", "=", OFFER), ("res_id", "=", offer), ("kind", "=", "compensation_approved")]
            ),
        ]
    )


def approve_and_reject(stage):
    """One approves the plan, the other rejects it."""
    plan = stage.make(lambda env: stage.plan(env, state="pending").id)
    ends = stage.race(
        ("manager", do(PLAN, plan, "action_approve")), ("manager_two", do(PLAN, plan, "action_reject", "No"))
    )
    return ends, stage.make(lambda env: [env[PLAN].browse(plan).state, lines(env, PLAN, plan)])


def amount_before_approval(stage):
    """The handler takes the request back and writes another amount while a manager approves."""
    offer = stage.make(lambda env: stage.offer(env).id)

    def change(env):
        mine = env[OFFER].browse(offer)
        mine.action_cancel_approval()
        mine.amount = 5000

    ends = stage.race(("handler", change), ("manager", do(OFFER, offer, "action_approve")))
    return ends, stage.make(lambda env: state_of(env, offer))


def amount_after_approval(stage):
    """The manager is the first: the other amount has to be approved anew."""
    offer = stage.make(lambda env: stage.offer(env).id)
    ends = stage.race(
        ("manager", do(OFFER, offer, "action_approve")),
        ("handler", lambda env: env[OFFER].browse(offer).write({"amount": 5000})),
    )
    return ends, stage.make(lambda env: state_of(env, offer))


def measure_while_requested(stage):
    """A countermeasure without cost comes into the plan that is just being sent for approval."""
    plan = stage.make(lambda env: stage.plan(env).id)
    vals = {"plan_id": plan, "name": "More", "date_deadline": "2026-01-01"}
    ends = stage.race(
        ("handler", do(PLAN, plan, "action_request_approval")),
        ("colleague", lambda env: env["customer.complaint.measure"].create(vals)),
    )
    return ends, stage.make(lambda env: len(env[PLAN].browse(plan).measure_ids))


def last_of_the_budget(stage):
    """Two compensations each fit into what is left, both together do not."""

    def prepare(env):
        env.company.care_compensation_budget = "director"
        env["customer.complaint.budget"].create(
            {"year": env.company._care_get_day().year, "team_id": stage.ids["team"], "amount": 10**6}
        )
        return [stage.offer(env, 600000).id for _number in range(2)]

    offers = stage.make(prepare)
    ends = stage.race(
        ("manager", do(OFFER, offers[0], "action_approve")),
        ("manager_two", do(OFFER, offers[1], "action_approve")),
    )

    def look(env):
        env.company.care_compensation_budget = "none"
        return env[OFFER].browse(offers).mapped("approval_state")

    return ends, stage.make(look)


def _make_card(env, stage, month):
    return env["customer.complaint.scorecard"].create(
        {
            "company_id": env.company.id,
            "user_id": stage.ids["handler"],
            "month": month,
            "state": "confirmed",
            "has_total": True,
            "total": 90,
        }
    )


def _propose(env, stage, month):
    card = _make_card(env, stage, month)
    card.with_user(stage.ids["manager"]).action_propose()
    return card.id, card.reward_ids.id


def two_rewards(stage):
    """Two managers propose for the same scorecard, then both approve the one proposal."""
    model = "customer.complaint.scorecard"

    card = stage.make(lambda env: _make_card(env, stage, "2026-01-01").id)
    ends = stage.race(
        ("manager", do(model, card, "action_propose")), ("manager_two", do(model, card, "action_propose"))
    )

    def ask(env):
        reward = env[model].browse(card).reward_ids
        reward.with_user(stage.ids["director"]).sudo().action_request_approval()
        return reward.id

    reward = stage.make(ask)
    ends += stage.race(
        ("manager", do("customer.complaint.reward", reward, "action_approve")),
        ("manager_two", do("customer.complaint.reward", reward, "action_approve")),
    )
    return ends, stage.make(
        lambda env: [
            len(env[model].browse(card).reward_ids),
            lines(env, "customer.complaint.reward", reward),
        ]
    )


def reward_of_reopened_card(stage):
    """A manager opens the scorecard again on which a proposal is just being based."""
    model = "customer.complaint.scorecard"
    card, reward = stage.make(lambda env: _propose(env, stage, "2026-02-01"))
    ends = stage.race(
        ("manager", do("customer.complaint.reward", reward, "action_request_approval")),
        ("manager_two", do(model, card, "action_reopen")),
    )
    return ends, stage.make(lambda env: env[model].browse(card).state)


def investigated_while_added(stage):
    """A fact is added to the investigation that is just being completed."""
    complaint = stage.make(lambda env: stage.complaint(env, verdict="valid").id)
    vals = {"complaint_id": complaint, "text": "Seal missing", "source": "Photo"}

    def complete(env):
        found = env["customer.complaint"].browse(complaint)
        found.sudo().investigation_state = "done"

    ends = stage.race(
        ("manager", complete), ("handler", lambda env: env["customer.complaint.fact"].create(vals))
    )
    return ends, stage.make(
        lambda env: env["customer.complaint.fact"].search_count([("complaint_id", "=", complaint)])
    )


def customer_twice(stage, act, **vals):
    """The customer presses a button twice, or in two windows."""

    def prepare(env):
        complaint = stage.complaint(env, proposal="<p>A new pump</p>", **vals)
        complaint.sudo().stage_id = stage.ids["proposed"]
        return complaint.id, complaint._get_solution_digest()

    complaint, digest = stage.make(prepare)

    def decide(env):
        env["customer.complaint"].browse(complaint)._customer_act(act, "Lin", "Because", digest=digest)

    ends = stage.race((None, decide), (None, decide))
    return ends, stage.make(
        lambda env: len(
            env["customer.complaint"].browse(complaint).answer_ids.filtered_domain([("kind", "=", act)])
        )
    )


def accept_twice(stage):
    return customer_twice(stage, "accept")


def escalate_twice(stage):
    return customer_twice(stage, "escalate")


def withdraw_twice(stage):
    return customer_twice(stage, "withdraw")


def sign_twice(stage):
    """The customer signs in two windows."""
    complaint = stage.make(lambda env: stage.complaint(env).id)

    def sign(env):
        found = env["customer.complaint"].browse(complaint)
        if "sign" not in found._portal_get_acts():
            raise UserError("not possible any more")
        found._sign("Lin", PNG)

    ends = stage.race((None, sign), (None, sign))
    return ends, stage.make(lambda env: len(env["customer.complaint"].browse(complaint).answer_ids))


def close_while_added(stage, model, vals):
    """A complaint is closed while something that keeps it open is added; in both orders."""
    ends, phases = [], []
    for is_closed_first in (True, False):
        complaint = stage.make(lambda env: stage.complaint(env).id)
        works = [
            (
                "manager",
                lambda env, complaint=complaint: (
                    env["customer.complaint"].browse(complaint).write({"stage_id": stage.ids["closed"]})
                ),
            ),
            (
                "handler",
                lambda env, complaint=complaint: env[model].create({"complaint_id": complaint, **vals}),
            ),
        ]
        ends += stage.race(*(works if is_closed_first else works[::-1]))
        phases.append(
            stage.make(lambda env, complaint=complaint: env["customer.complaint"].browse(complaint).phase)
        )
    return ends, phases


def close_while_task(stage):
    return close_while_added(
        stage, "customer.complaint.task", {"name": "Look", "user_id": stage.ids["colleague"]}
    )


def close_while_offer(stage):
    return close_while_added(stage, OFFER, {"amount": 10})


def close_while_plan(stage):
    return close_while_added(stage, PLAN, {})


def execute_twice(stage):
    """Two people note the same compensation as executed."""

    def prepare(env):
        offer = stage.offer(env)
        offer.with_user(stage.ids["manager"]).action_approve()
        return offer.id

    offer = stage.make(prepare)
    ends = stage.race(
        ("handler", do(OFFER, offer, "action_execute")), ("colleague", do(OFFER, offer, "action_execute"))
    )
    return ends, stage.make(
        lambda env: env["customer.care.event"].search_count(
            [("res_model", "=", OFFER), ("res_id", "=", offer), ("kind", "=", "compensation_executed")]
        )
    )


def last_two_measures(stage):
    """The last two countermeasures are done at once: then the plan is done."""
    plan, measures = stage.make(
        lambda env: (lambda made: (made.id, made.measure_ids.ids))(
            stage.plan(env, measures=2, state="approved")
        )
    )
    model = "customer.complaint.measure"
    ends = stage.race(
        ("handler", do(model, measures[0], "action_done")),
        ("colleague", do(model, measures[1], "action_done")),
    )
    return ends, stage.make(lambda env: env[PLAN].browse(plan).state)


def two_acknowledge(stage):
    """The two who were alarmed of a major complaint acknowledge at once."""
    model = "customer.complaint.alarm"

    def prepare(env):
        complaint = stage.complaint(env, is_major=True)
        complaint._write_dates({"alarm_state": "open"})
        now = fields.Datetime.now()
        alarms = env[model].create(
            [
                {
                    "complaint_id": complaint.id,
                    "round": 1,
                    "user_id": stage.ids[name],
                    "role": role,
                    "state": "open",
                    "alarmed_datetime": now,
                    "ack_deadline": now,
                }
                for name, role in (("colleague", "leader"), ("manager", "manager"))
            ]
        )
        return complaint.id, alarms.ids

    complaint, alarms = stage.make(prepare)
    ends = stage.race(
        ("colleague", do(model, alarms[0], "action_acknowledge")),
        ("manager", do(model, alarms[1], "action_acknowledge")),
    )
    return ends, stage.make(lambda env: env["customer.complaint"].browse(complaint).alarm_state)


def sign_while_revised(stage):
    """The manager signs a report while the handler issues a newer version, in both orders."""
    model = "customer.complaint.major.report"

    def prepare(env):
        complaint = stage.complaint(env, is_major=True, user_id=False)
        report = env[model].create({"complaint_id": complaint.id, "happened": "<p>Fire</p>"})
        report.action_issue()
        newer = env[model].create({"complaint_id": complaint.id, "happened": "<p>Water</p>"})
        return complaint.id, report.id, newer.id

    found = []
    for is_signed_first in (True, False):
        complaint, report, newer = stage.make(prepare)
        works = [
            ("manager", do(model, report, "action_sign", "needed", "Because")),
            ("colleague", do(model, newer, "action_issue")),
        ]
        ends = stage.race(*(works if is_signed_first else works[::-1]))
        found.append(
            (
                ends,
                stage.make(
                    lambda env, complaint=complaint, ids=(report, newer): [
                        *env[model].browse(ids).mapped("state"),
                        bool(env["customer.complaint"].browse(complaint).released_datetime),
                    ]
                ),
            )
        )
    return [end for ends, _state in found for end in ends], [state for _ends, state in found]


def split_over_whole(stage):
    """A share is added to a split that is just being put to those named."""
    model = "customer.complaint.responsibility"

    def prepare(env):
        complaint = stage.complaint(env)
        env[model].create({"complaint_id": complaint.id, "party": "customer", "percent": 100})
        return complaint.id

    complaint = stage.make(prepare)
    ends = stage.race(
        ("handler", do("customer.complaint", complaint, "action_propose_split")),
        (
            "colleague",
            lambda env: env[model].create(
                {
                    "complaint_id": complaint,
                    "party": "supplier",
                    "partner_id": stage.ids["partner"],
                    "percent": 50,
                }
            ),
        ),
    )
    return ends, stage.make(
        lambda env: env["customer.complaint"].browse(complaint).responsibility_ids.mapped("percent")
    )


SCENARIOS = (
    two_approvers,
    approve_and_reject,
    amount_before_approval,
    amount_after_approval,
    measure_while_requested,
    last_of_the_budget,
    two_rewards,
    reward_of_reopened_card,
    investigated_while_added,
    accept_twice,
    escalate_twice,
    withdraw_twice,
    sign_twice,
    close_while_task,
    close_while_offer,
    close_while_plan,
    execute_twice,
    last_two_measures,
    two_acknowledge,
    sign_while_revised,
    split_over_whole,
)


def main(env):
    database = env.cr.dbname
    # To see who comes first, nothing need be printed.
    env.registry["ir.actions.report"]._render_qweb_pdf = lambda *args, **kwargs: (b"%PDF-1.4", "pdf")
    env.cr.rollback()
    stage = Stage(database)
    finish(OUTPUT, {scenario.__name__: scenario(stage) for scenario in SCENARIOS})  # noqa: F821


main(env)  # noqa: F821
