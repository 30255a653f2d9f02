"""Speed and memory of a grading run against SQL that does the same, and of the grade list against Odoo's contacts.

Run inside ``odoo shell`` (it gives ``env``). Settings come as environment variables: BENCH_ROWS (customers, 100,000;
ten purchases each) and BENCH_ROUNDS (5). The floor computes the same six metrics, classes of equal number, points,
score and grade in one statement into a narrow table and writes the customers who changed: 1 in 100.
"""

import os
import sys
import time

sys.path.insert(0, os.environ.get("BENCH_FOLDER") or os.path.join(os.getcwd(), "tools", "bench"))

from figures import fill_customers, fill_transactions  # noqa: E402
from harness import compare, get_peak, print_table, vacuum  # noqa: E402
from lxml import etree  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 5)
DAY = "2026-03-31"
METRICS = (
    ("recency_days", "bands", {"band_ids": [(0, 100), (31, 80), (91, 60), (181, 40), (366, 10)]}),
    ("purchases_12m", "quantile", {}),
    ("amount_12m", "quantile", {}),
    ("growth_12m", "linear", {"low": -50, "high": 50, "missing": "leave_out"}),
    ("years_with_us", "linear", {"low": 0, "high": 5}),
    ("potential", "linear", {"low": 0, "high": 100, "missing": "leave_out"}),
)
WEIGHTS = (20, 20, 30, 10, 10, 10)
FLOOR = """
    WITH figure AS MATERIALIZED (
        SELECT partner.id, bought.recency, bought.purchases, bought.amount, bought.years, partner.care_potential_score,
               CASE WHEN bought.before > 0 THEN (bought.amount / bought.before - 1) * 100 END AS growth,
               partner.care_grade_id, partner.care_score
          FROM res_partner partner
          LEFT JOIN (
                SELECT commercial_partner_id, %(day)s::date - MAX(date) FILTER (WHERE amount > 0) AS recency,
                       COUNT(*) FILTER (WHERE amount > 0 AND date > %(day)s::date - interval '12 months') AS purchases,
                       SUM(amount) FILTER (WHERE date > %(day)s::date - interval '12 months') AS amount,
                       SUM(amount) FILTER (WHERE date > %(day)s::date - interval '24 months'
                                           AND date <= %(day)s::date - interval '12 months') AS before,
                       (%(day)s::date - MIN(date) FILTER (WHERE amount > 0)) / 365.2425 AS years
                  FROM customer_transaction WHERE date <= %(day)s GROUP BY commercial_partner_id
               ) bought ON bought.commercial_partner_id = partner.id
         WHERE partner.active AND partner.partner_share AND partner.commercial_partner_id = partner.id
           AND partner.id NOT IN (SELECT partner_id FROM res_company)
    ), class AS (
        SELECT *, ntile(5) OVER (ORDER BY purchases DESC NULLS LAST) AS purchase_class,
               ntile(5) OVER (ORDER BY amount DESC NULLS LAST) AS amount_class
          FROM figure
    ), score AS (
        SELECT id, care_grade_id, care_score,
               (20 * CASE WHEN recency >= 366 THEN 10 WHEN recency >= 181 THEN 40 WHEN recency >= 91 THEN 60
                          WHEN recency >= 31 THEN 80 WHEN recency >= 0 THEN 100 ELSE 0 END
                + 20 * (6 - purchase_class) * 20 + 30 * (6 - amount_class) * 20
                + 10 * COALESCE(LEAST(GREATEST(growth + 50, 0), 100), 0)
                + 10 * COALESCE(LEAST(years * 20, 100), 0) + 10 * COALESCE(care_potential_score, 0))
               / (80 + CASE WHEN growth IS NULL THEN 0 ELSE 10 END
                  + CASE WHEN care_potential_score IS NULL THEN 0 ELSE 10 END) AS score
          FROM class
    ), kept AS (
        INSERT INTO bench_grade (partner_id, score, grade)
        SELECT id, score, CASE WHEN score >= 75 THEN 1 WHEN score >= 55 THEN 2 WHEN score >= 35 THEN 3 ELSE 4 END
          FROM score
     RETURNING partner_id, score, grade
    )
    UPDATE res_partner partner SET care_score = kept.score
      FROM kept WHERE kept.partner_id = partner.id AND partner.id %% 100 = 0
"""


def make_scheme(env):
    """Create the scheme of the benchmark and put it in force before all others."""
    metrics = {metric.code: metric for metric in env["customer.metric"].search([])}
    scheme = env["customer.grading.scheme"].create({"name": "Bench", "sequence": 0, "scope": "[]"})
    for (code, method, more), weight in zip(METRICS, WEIGHTS, strict=True):
        bands = [
            (0, 0, {"from_value": start, "points": points}) for start, points in more.get("band_ids", ())
        ]
        env["customer.grading.criterion"].create(
            {
                "scheme_id": scheme.id,
                "metric_id": metrics[code].id,
                "method": method,
                "weight": weight,
                **more,
                "band_ids": bands,
            }
        )
    grades = env["customer.grade"].search([], limit=4)
    for grade, score in zip(grades, (75, 55, 35, 0), strict=True):
        env["customer.grading.threshold"].create(
            {"scheme_id": scheme.id, "grade_id": grade.id, "min_score": score}
        )
    scheme.action_activate()
    return scheme


def grade(env, scheme):
    """Do a whole run in this process, as a worker does it slice by slice; return it."""
    Run = env["customer.grading.run"].sudo()
    version = scheme.version_id
    run = Run.create({**Run._prepare_run_vals(scheme, version.spec, version), "date": DAY})
    run._make_slices()
    run._work_at_once()
    if run.state == "failed":
        raise SystemExit(run.error)
    return run


def read_list(env, xmlid, domain):
    """Read the first 80 customers of a list view as the client does."""
    view = env.ref(xmlid)
    arch = etree.fromstring(env["res.partner"].get_view(view.id, "list")["arch"])
    names = [node.get("name") for node in arch.iter("field")]
    order = arch.get("default_order") or ""

    def work(env):
        env["res.partner"].web_search_read(
            domain,
            {name: {"fields": {"display_name": {}}} for name in names},
            limit=80,
            order=order,
            count_limit=10001,
        )

    return work


def main(env):
    """Print medians of alternated rounds; return the ratio of ours to the floor."""
    env = env(user=env.ref("base.user_admin"))
    customers = fill_customers(env, ROWS)
    fill_transactions(env, customers, ROWS * 10, last_day=DAY)
    vacuum(env, "res_partner", "customer_transaction", "customer_grading_result", "customer_grading_value")
    env.cr.execute("CREATE TABLE bench_grade (partner_id integer, score numeric, grade integer)")
    scheme = make_scheme(env)
    before = get_peak()
    begin = time.perf_counter()
    first = grade(env, scheme)
    print(f"{ROWS:,} customers, {ROWS * 10:,} purchases; medians of {ROUNDS} alternated rounds")
    print(
        f"    first run, all are new: {time.perf_counter() - begin:.1f} s, {first.count_graded:,} graded,",
        end=" ",
    )
    begin = time.perf_counter()
    first.proposal_ids._apply()
    env.flush_all()
    print(f"applied in {time.perf_counter() - begin:.1f} s")
    # From now on 1 in 100 changes.
    lowest = scheme.threshold_ids.sorted("min_score")[:1].grade_id
    env.cr.execute(
        "UPDATE res_partner SET care_grade_id = %s, care_score = 1 WHERE id %% 100 = 0 AND id BETWEEN %s AND %s",
        [lowest.id, *customers],
    )
    vacuum(env, "res_partner", "customer_transaction", "customer_grading_result", "customer_grading_value")
    pieces = {
        "floor": lambda env: env.cr.execute(FLOOR, {"day": DAY}),
        "run": lambda env: grade(env, scheme.with_env(env)),
    }
    ratios = print_table(
        "grading run, 1 % changes", compare(env, pieces, ROUNDS), floor="floor", goal="<= 2 x"
    )
    print(f"    memory of the runs: +{get_peak() - before:.0f} MiB (goal: <= 200)")
    lists = {
        "contacts": read_list(env, "base.view_partner_tree", []),
        "grade list": read_list(
            env, "customer_care.res_partner_view_list_grade", [("care_grade_id", "!=", False)]
        ),
    }
    print_table("first page of the list", compare(env, lists, ROUNDS), floor="contacts", goal="<= 1.5 x")
    env.cr.rollback()
    return ratios["run"]


if "env" in globals():
    main(env)  # noqa: F821
