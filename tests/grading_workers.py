"""A grading run by worker processes, some of which are killed (modes: prepare, quiet, killed, together)."""

import time
from unittest.mock import patch

import odoo
from odoo import SUPERUSER_ID, api
from workers import fork, inside, read, run_script, work_to_the_end

CUSTOMERS, PURCHASES, SLICE = 3000, 15000, 150
# Each pair of workers dies, both within a transaction, in the method at its call with this number.
DEATHS = [
    ("customer.grading.run", *place)
    for place in (
        ("_write_values", 4),
        ("_get_borders", 1),
        ("_write_results", 4),
        ("_count_results", 1),
        ("_write_scores", 4),
        ("_drop_rows", 1),
    )
]
STATE = {
    "run": "SELECT state, phase, borders::text, error, count_scope, count_graded, count_ungraded, count_changed,"
    " count_up, count_down FROM customer_grading_run",
    "results": "SELECT partner_id, score::text, grade_id, previous_grade_id, levels, state, metric_values::text,"
    " proposal_id IS NULL FROM customer_grading_result ORDER BY partner_id, id",
    "partners": "SELECT id, care_score::text, care_previous_score::text, care_review_date::text, care_grade_id"
    " FROM res_partner ORDER BY id",
    "proposals": "SELECT kind, count, count_up, count_down, approval_state FROM customer_grading_proposal"
    " ORDER BY 1, 2",
    "figures": "SELECT count(*) FROM customer_grading_value",
    "slices": "SELECT first_id, last_id, phase FROM customer_grading_slice ORDER BY 1, 2",
}


def prepare(env):
    """Start a run over many customers with grades, contacts and purchases, and leave it to the workers."""
    from odoo.addons.customer_care.models import customer_grading_engine, customer_grading_run

    from tools.bench.figures import fill_customers, fill_transactions

    first, last = fill_customers(env, CUSTOMERS)
    fill_transactions(env, (first, last), PURCHASES)
    env["res.partner"].create([{"name": f"Contact {n}", "parent_id": first + 50 * n} for n in range(60)])
    env.cr.execute(
        "UPDATE res_partner SET care_grade_id = (SELECT min(id) FROM customer_grade) + id %% 4, care_score = id %% 100"
        " WHERE commercial_partner_id BETWEEN %s AND %s AND commercial_partner_id %% 3 = 0",
        (first, last),
    )
    env.invalidate_all()
    grades = env["customer.grade"].search([])
    metrics = [
        env.ref(f"customer_care.customer_metric_{name}")
        for name in ("amount_12m", "recency_days", "growth_12m")
    ]
    rows = [
        {"weight": 50, "method": "quantile", "classes": 5},
        {
            "weight": 30,
            "method": "quantile",
            "classes": 3,
            "scale": "zero",
            "missing": "fixed",
            "missing_points": 33.33,
        },
        {"weight": 20, "method": "linear", "low": -50, "high": 75, "missing": "leave_out"},
    ]
    scheme = env["customer.grading.scheme"].create(
        {
            "name": "Crash",
            "sequence": 0,
            "scope": f"[('id', '>=', {first}), ('id', '<=', {last})]",
            "criterion_ids": [
                (0, 0, {**row, "metric_id": metric.id, "sequence": number})
                for number, (row, metric) in enumerate(zip(rows, metrics, strict=True))
            ],
            "threshold_ids": [
                (0, 0, {"grade_id": g.id, "min_score": s})
                for g, s in zip(grades, (75, 50, 25, 0), strict=True)
            ],
        }
    )
    scheme.action_activate()
    with (
        patch.object(customer_grading_engine, "SLICE", SLICE),
        patch.object(customer_grading_run, "RUN_AT_ONCE", 0),
    ):
        run = env["customer.grading.run"]._start(
            scheme, scheme.version_id.spec, version=scheme.version_id, date="2026-03-31"
        )
    assert len(run.slice_ids) == CUSTOMERS // SLICE


def cancel_under_way(database):
    """Start the scheme again and cancel the run from outside while a worker has a slice in its hands.

    :return: state of the run, number of its results and figures
    """
    from odoo.addons.customer_care.models import customer_grading_engine, customer_grading_run

    registry = odoo.modules.registry.Registry(database)
    cls = registry["customer.grading.run"]
    original, calls = cls._write_results, []

    def write_results(self, part):
        original(self, part)
        calls.append(part.id)
        if len(calls) == 3:
            with registry.cursor() as other:
                api.Environment(other, SUPERUSER_ID, {})[self._name].browse(self.id).action_cancel()

    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        with (
            patch.object(customer_grading_engine, "SLICE", SLICE),
            patch.object(customer_grading_run, "RUN_AT_ONCE", 0),
            patch.object(cls, "_write_results", write_results),
        ):
            run = env["customer.grading.scheme"].search([("name", "=", "Crash")]).action_run()
            cr.commit()
            env["customer.grading.run"]._cron_work()
        assert len(calls) == 3, calls
        cr.execute(
            "SELECT state, (SELECT count(*) FROM customer_grading_result WHERE run_id = run.id),"
            " (SELECT count(*) FROM customer_grading_value WHERE run_id = run.id)"
            " FROM customer_grading_run run WHERE id = %s",
            [run.id],
        )
        return cr.fetchone()


def grade(env):
    """Do what the job does."""
    env["customer.grading.run"]._cron_work()


def work_together(database):
    """Let two workers, one of them slower, look at the same time whether all slices of a phase are done.

    :return: how each of them ended
    """

    def lag(env, seconds):
        cls = env.registry["customer.grading.run"]
        work_slice, end_phase = cls._work_slice, cls._end_phase

        def work_slowly(self):
            found = work_slice(self)
            if found:
                time.sleep(seconds)
            return found

        def end_slowly(self):
            # What the other commits from here on is not seen by this transaction.
            self.env.cr.execute("SELECT")
            time.sleep(0.4)
            result = end_phase(self)
            time.sleep(0.4)
            return result

        cls._work_slice, cls._end_phase = work_slowly, end_slowly
        grade(env)

    def job(seconds):
        return lambda: inside(database, lambda env: lag(env, seconds))

    return fork([job(0.05), job(0.3)])


def find(database, mode):
    if mode == "together":
        return {"ends": work_together(database), "state": read(database, STATE)}
    found = {**work_to_the_end(database, mode, grade, DEATHS), "state": read(database, STATE)}
    if mode == "quiet":
        found["cancelled"] = cancel_under_way(database)
    return found


run_script(env, MODE, OUTPUT, prepare, find)  # noqa: F821
