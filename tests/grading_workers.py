"""A grading run by worker processes, some of which are killed: a script for ``odoo shell``.

The caller puts MODE (``prepare``, ``quiet`` or ``killed``), ROOT and OUTPUT before it. The workers are forked, so that
the registry is loaded once.
"""

import json
import os
import signal
import sys
from unittest.mock import patch

import odoo
from odoo import SUPERUSER_ID, api

sys.path.insert(0, ROOT)  # noqa: F821
CUSTOMERS, PURCHASES, SLICE = 3000, 15000, 150
# Each pair of workers dies, both within a transaction, in the method at its call with this number.
DEATHS = (
    ("_write_values", 4),
    ("_get_borders", 1),
    ("_write_results", 4),
    ("_count_results", 1),
    ("_write_scores", 4),
    ("_drop_rows", 1),
)
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


def fork_worker(database, death):
    """Return the process id of a new worker."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        registry = odoo.modules.registry.Registry(database)
        if death:
            die(registry["customer.grading.run"], *death)
        with registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["customer.grading.run"]._cron_work()
        code = 0
    finally:
        os._exit(code)


def work(database, count, death=None):
    """Let so many workers work at once; return by which signal or code each of them ended."""
    processes = [fork_worker(database, death) for _n in range(count)]
    return sorted(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes)


def read(database):
    with odoo.sql_db.db_connect(database).cursor() as cr:
        found = {}
        for name, query in STATE.items():
            cr.execute(query)
            found[name] = cr.fetchall()
        return found


def main(env):
    database = env.cr.dbname
    if MODE == "prepare":  # noqa: F821
        prepare(env)
        return
    env.cr.commit()
    odoo.sql_db.close_all()
    ends = []
    if MODE == "killed":  # noqa: F821
        ends = [work(database, 2, death) for death in DEATHS]
    last = work(database, 1 if MODE == "quiet" else 2)  # noqa: F821
    found = {"ends": ends, "last": last, "state": read(database)}
    if MODE == "quiet":  # noqa: F821
        found["cancelled"] = cancel_under_way(database)
    with open(OUTPUT, "w", encoding="utf-8") as file:  # noqa: F821
        json.dump(found, file)
    # The shell's own cursor was closed under its hands.
    os._exit(0)


main(env)  # noqa: F821
