"""Time to open the list of relations to be strengthened and the care report, with many customers and purchases.

Run inside ``odoo shell`` (it gives ``env``). Settings come as environment variables: BENCH_ROWS (customers,
100,000), BENCH_PURCHASES (ten for each customer) and BENCH_ROUNDS (5). Half of the customers are found by a rule. The
floor reads the first page of customers themselves, by name.
"""

import os
import sys

sys.path.insert(0, os.environ.get("BENCH_FOLDER") or os.path.join(os.getcwd(), "tools", "bench"))

from figures import fill_customers, fill_transactions  # noqa: E402
from harness import compare, print_table, vacuum  # noqa: E402
from lxml import etree  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
PURCHASES = int(os.environ.get("BENCH_PURCHASES") or 10 * ROWS)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 5)
GOAL = 3


def make_figures(env, customers):
    """Give customers grades, scores and contacts by SQL, so that each rule finds some."""
    values = {"first": customers[0], "last": customers[1], "grades": env["customer.grade"].search([]).ids}
    env.cr.execute(
        """
        UPDATE res_partner
           SET care_grade_id = (%(grades)s)[1 + id %% array_length(%(grades)s, 1)], care_grade_date = '2025-01-01',
               care_score = id %% 100, care_previous_score = (id * 7) %% 100
         WHERE id BETWEEN %(first)s AND %(last)s
        """,
        values,
    )
    env.cr.execute(
        """
        INSERT INTO customer_callback (subject, partner_id, commercial_partner_id, company_id, date_planned, priority,
                                       key, state, outcome, satisfaction, done_datetime, attempt)
        SELECT 'Bench', id, id, %(company)s, now(), '0', 'weak:' || id || '/' || n, 'done', 'reached', 1 + id %% 10,
               now() - n * INTERVAL '90 days', 1
          FROM res_partner, generate_series(1, 3) n WHERE id BETWEEN %(first)s AND %(last)s
        """,
        {**values, "company": env.company.id},
    )
    env.cr.execute(
        """
        INSERT INTO customer_contact_log (partner_id, commercial_partner_id, kind, direction, date_start, date_end,
                                          company_id, source, subject, is_counted)
        SELECT id, id, 'call', 'out', now() - (id * n %% 500) * INTERVAL '1 day', now(), %(company)s, 'manual',
               'Bench', TRUE
          FROM res_partner, generate_series(1, 3) n WHERE id BETWEEN %(first)s AND %(last)s
        """,
        {**values, "company": env.company.id},
    )
    env.invalidate_all()


def open_page(env, model, domain=(), **options):
    """Return work that reads the first page of the model's list as the client does."""
    arch = etree.fromstring(env[model].get_view(view_type="list")["arch"])
    names = {node.get("name") for node in arch.iter("field")}

    def work(env):
        env[model].web_search_read(
            list(domain),
            {name: {"fields": {"display_name": {}}} for name in names},
            limit=80,
            count_limit=10001,
            **options,
        )

    return work


def get_report(env):
    """Read the figures of the care report of a month, with those of the month before, by team."""
    report = env["customer.care.report"].new({"period": "month", "group_by": "care_team_id"})
    report.date_from, report.date_to = report._get_days("last_month")
    return report.tiles, report.matrix


def main(env):
    """Print medians of alternated rounds; stop with an error when a page takes more than the goal."""
    env = env(user=env.ref("base.user_admin"))
    customers = fill_customers(env, ROWS, name="Weak", mailbox="weak")
    fill_transactions(env, customers, PURCHASES, last_day=str(env.cr.now().date()))
    make_figures(env, customers)
    vacuum(env, "res_partner", "customer_transaction", "customer_callback", "customer_contact_log")
    model = "customer.weak.relation"
    rule = env["customer.weak.rule"].search([("kind", "=", "dormant")], limit=1)
    print(f"{ROWS:,} customers, {PURCHASES:,} purchases, {env[model].search_count([]):,} weak relations")
    results = compare(
        env,
        {
            "customers": open_page(env, "res.partner", [("parent_id", "=", False)]),
            "first page": open_page(env, model),
            "last page": open_page(env, model, offset=ROWS // 4),
            "without a plan": open_page(env, model, [("has_plan", "=", False)]),
            "one rule": open_page(env, model, [("rule_ids", "in", rule.ids)]),
            "care report": get_report,
            "grouped by user": lambda env: env[model].formatted_read_group([], ["user_id"], ["__count"]),
        },
        ROUNDS,
    )
    print_table("relations to be strengthened", results, floor="customers", goal=f"{GOAL} s each")
    slow = [name for name, (seconds, _queries) in results.items() if seconds > GOAL]
    if slow:
        raise SystemExit(f"Slower than {GOAL} s: {', '.join(slow)}")


if "env" in globals():
    main(env)  # noqa: F821
