"""Speed of the complaint figures of a year against plain SQL, at 1,000,000 complaints of five years.

Run by ``make bench`` inside ``odoo shell`` (it gives ``env``). Settings come as environment variables:
BENCH_ROWS (100000; ten times as many complaints are made), BENCH_ROUNDS (7).

Ours is what the dashboard and the analysis ask as a manager, with all rules, names and formats. The floor is SQL
written by hand for the same numbers, without rights and names.
"""

import os
import sys

sys.path.insert(0, os.environ["BENCH_FOLDER"])

from figures import fill_customers  # noqa: E402
from harness import compare, get_peak, print_table, vacuum  # noqa: E402

ROWS = 10 * int(os.environ.get("BENCH_ROWS") or 100_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 7)
OPTIONS = {"date_from": "2025-01-01", "date_to": "2025-12-31", "kind": "problems", "team_id": False}
YEAR = "received_datetime >= '2025-01-01' AND received_datetime < '2026-01-01'"
CASES = f"{YEAR} AND active AND merged_into_id IS NULL AND kind IN ('complaint', 'grievance')"


def seed(env):
    """Make the complaints: copies of one that Odoo made, with dates, categories, answers and time limits."""
    first, last = fill_customers(env, max(ROWS // 10, 1000))
    categories = env["customer.complaint.category"].search([]).ids
    sample = env["customer.complaint"].create({"name": "Bench", "channel": "phone"})
    env.flush_all()
    own = {
        "number": "'B' || n",
        "access_token": "'bench-' || n",
        "received_datetime": "timestamp '2022-01-01' + (n * 7919 %% 157680000) * interval '1 second'",
        "responded_datetime": "timestamp '2022-01-01' + (n * 7919 %% 157680000 + n %% 90000) * interval '1 second'",
        "resolved_datetime": "CASE WHEN n %% 10 > 0 THEN timestamp '2022-01-01'"
        " + (n * 7919 %% 157680000 + 90000 + n * 31 %% 900000) * interval '1 second' END",
        "category_id": "(%(categories)s::int[])[1 + n %% %(count)s]",
        "commercial_partner_id": "%(first)s + n %% %(customers)s",
        "partner_id": "%(first)s + n %% %(customers)s",
        "channel": "(ARRAY['phone', 'mail', 'web'])[1 + n %% 3]",
        "satisfaction": "CASE WHEN n %% 2 = 0 THEN 1 + n %% 10 END",
        "product_ref": "CASE WHEN n %% 3 = 0 THEN 'P-' || n %% 500 END",
        "reopen_count": "(n %% 20 = 0)::int",
        "is_repeat_checked": "TRUE",
    }
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'customer_complaint'"
    )
    columns = [name for (name,) in env.cr.fetchall() if name != "id"]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(own.get(name, f's."{name}"') for name in columns)
    # Rows that are known to be good: their foreign keys need not be looked up one by one.
    env.cr.execute("SET LOCAL session_replication_role = replica")
    env.cr.execute(
        f"INSERT INTO customer_complaint ({names}) SELECT {values}"  # noqa: S608
        " FROM customer_complaint s, generate_series(1::bigint, %(rows)s) n WHERE s.id = %(sample)s",
        {
            "categories": categories,
            "count": len(categories),
            "first": first,
            "customers": last - first + 1,
            "rows": ROWS,
            "sample": sample.id,
        },
    )
    env.cr.execute(
        """
        INSERT INTO customer_complaint_clock (complaint_id, target, "limit", unit, state, used_seconds, limit_seconds)
        SELECT c.id, target, 8, 'working_hours',
               CASE WHEN c.id % 10 = 0 THEN 'running' WHEN c.id % 4 = 0 THEN 'missed' ELSE 'met' END,
               c.id::bigint * 7919 % 100000, 28800
          FROM customer_complaint c, unnest(ARRAY['response', 'resolution']) target
         WHERE c.number LIKE 'B%'
        """
    )
    env.cr.execute(
        """
        INSERT INTO customer_complaint_dissatisfaction_rel (complaint_id, dissatisfaction_id)
        SELECT c.id, r.id FROM customer_complaint c
          JOIN customer_complaint_dissatisfaction r ON r.id % 4 = c.id % 4
         WHERE c.satisfaction < 8
        """
    )
    env.cr.execute("SET LOCAL session_replication_role = DEFAULT")
    env.invalidate_all()
    vacuum(
        env,
        "customer_complaint",
        "customer_complaint_clock",
        "customer_complaint_dissatisfaction_rel",
        "res_partner",
    )


def floor(env):
    """The numbers of the dashboard, each group with its own aggregate, without rights and names."""
    counts = (
        "COUNT(*), COUNT(*) FILTER (WHERE resolved_datetime IS NOT NULL), COUNT(*) FILTER (WHERE is_major),"
        " COUNT(repeat_of_id), COUNT(*) FILTER (WHERE reopen_count > 0), COUNT(NULLIF(satisfaction, 0)),"
        " COUNT(*) FILTER (WHERE satisfaction >= 8)"
    )
    month = "date_trunc('month', received_datetime AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Shanghai')"
    statements = [
        f"SELECT {month}, category_id, team_id, channel, {counts} FROM customer_complaint WHERE {CASES}"
        f" GROUP BY GROUPING SETS ((), ({month}), (category_id), (team_id), (channel))",
        "SELECT target, team_id, COUNT(*), COUNT(*) FILTER (WHERE state = 'met'),"
        " percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP"
        " (ORDER BY CASE WHEN state IN ('met', 'missed') THEN used_seconds END)"
        " FROM customer_complaint c JOIN customer_complaint_clock k ON k.complaint_id = c.id"
        f" WHERE {CASES} GROUP BY GROUPING SETS ((target), (target, team_id))",
        "SELECT team_id, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP"
        " (ORDER BY EXTRACT(EPOCH FROM responded_datetime - received_datetime)::float8),"
        " percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP"
        " (ORDER BY EXTRACT(EPOCH FROM resolved_datetime - received_datetime)::float8)"
        f" FROM customer_complaint WHERE {CASES} GROUP BY GROUPING SETS ((), (team_id))",
        f"SELECT commercial_partner_id, COUNT(*) FROM customer_complaint WHERE {CASES}"
        " GROUP BY commercial_partner_id HAVING COUNT(*) > 1 ORDER BY 2 DESC LIMIT 10",
        f"SELECT LOWER(product_ref), COUNT(*) FROM customer_complaint WHERE {CASES} AND product_ref != ''"
        " GROUP BY LOWER(product_ref) HAVING COUNT(*) > 1 ORDER BY 2 DESC LIMIT 10",
        "SELECT dissatisfaction_id, COUNT(*) FROM customer_complaint c"
        " JOIN customer_complaint_dissatisfaction_rel r ON r.complaint_id = c.id"
        f" WHERE {CASES} AND satisfaction < 8 GROUP BY dissatisfaction_id",
    ]
    for statement in statements:
        env.cr.execute(statement)
        env.cr.fetchall()


def ours(env):
    env["customer.complaint.figures"].get_dashboard({**OPTIONS, "compare": "none"})


def pivot_floor(env):
    env.cr.execute(
        f"SELECT category_id, COUNT(*) FROM customer_complaint WHERE {CASES} GROUP BY category_id"  # noqa: S608
    )
    env.cr.fetchall()


def pivot(env):
    env["customer.complaint.report"].formatted_read_group(
        [
            ("received_datetime", ">=", "2025-01-01 00:00:00"),
            ("received_datetime", "<", "2026-01-01 00:00:00"),
            ("kind", "in", ("complaint", "grievance")),
        ],
        ["category_id"],
        ["__count"],
    )


def median_floor(env):
    env.cr.execute(
        "SELECT category_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY used_seconds) FROM customer_complaint c"
        " LEFT JOIN customer_complaint_clock k ON k.complaint_id = c.id AND k.target = 'resolution'"
        f" AND state IN ('met', 'missed') WHERE {CASES} GROUP BY category_id"  # noqa: S608
    )
    env.cr.fetchall()


def median(env):
    env["customer.complaint.report"].formatted_read_group(
        [
            ("received_datetime", ">=", "2025-01-01 00:00:00"),
            ("received_datetime", "<", "2026-01-01 00:00:00"),
            ("kind", "in", ("complaint", "grievance")),
        ],
        ["category_id"],
        ["resolution_hours:median"],
    )


def main(env):
    """Print medians of alternated rounds."""
    seed(env)
    user = env.ref("base.user_admin")
    user.group_ids += env.ref("customer_complaint.group_complaint_manager")
    env.flush_all()
    reader = env(user=user.id, context={"tz": "Asia/Shanghai"}, su=False)
    print(f"\n{ROWS:,} complaints")
    before = get_peak()
    print_table(
        "figures", compare(reader, {"floor": floor, "ours": ours}, ROUNDS), floor="floor", goal="<= 2.0 x"
    )
    print(f"    memory: +{get_peak() - before:.0f} MiB")
    print_table(
        "pivot",
        compare(reader, {"floor": pivot_floor, "ours": pivot}, ROUNDS),
        floor="floor",
        goal="<= 2.0 x",
    )
    print_table(
        "pivot, median",
        compare(reader, {"floor": median_floor, "ours": median}, ROUNDS),
        floor="floor",
        goal="<= 2.0 x",
    )


if "env" in globals():
    main(env)  # noqa: F821
