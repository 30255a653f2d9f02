"""Time to compute all open time limits anew after a change of working hours, and the memory it needs.

Run inside ``odoo shell`` (it gives ``env``). Settings come as environment variables: BENCH_ROWS (complaints, at most
10,000 here) and BENCH_ROUNDS (5). The floor is one UPDATE of as many rows of complaints.
"""

import os
import sys
from datetime import timedelta

sys.path.insert(0, os.environ.get("BENCH_FOLDER") or os.path.join(os.getcwd(), "tools", "bench"))

from harness import compare, get_peak, print_table, vacuum  # noqa: E402
from odoo import Command, fields  # noqa: E402

ROWS = min(int(os.environ.get("BENCH_ROWS") or 10_000), 10_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 5)
BATCH = 500
GOAL = 10


def make_complaints(env):
    """Register complaints of three weeks; every fourth waited for its customer meanwhile."""
    lines = [
        Command.create({"name": "Day", "dayofweek": str(day), "hour_from": 9, "hour_to": 17})
        for day in range(5)
    ]
    calendar = env["resource.calendar"].create(
        {"name": "Bench", "tz": "UTC", "attendance_ids": [Command.clear(), *lines]}
    )
    team = env["customer.complaint.team"].create({"name": "Bench", "calendar_id": calendar.id})
    Complaint = env["customer.complaint"].with_context(tracking_disable=True)
    now = fields.Datetime.now()
    waiting = env.ref("customer_complaint.customer_complaint_stage_waiting")
    working = env.ref("customer_complaint.customer_complaint_stage_investigating")
    for first in range(0, ROWS, BATCH):
        complaints = Complaint.create(
            [
                {
                    "name": f"Bench {number}",
                    "team_id": team.id,
                    "received_datetime": now - timedelta(minutes=3 * number),
                    "acknowledge_state": "skipped",
                }
                for number in range(first, min(first + BATCH, ROWS))
            ]
        )
        paused = complaints.filtered(lambda complaint: complaint.id % 4 == 0)
        paused.stage_id = waiting
        paused.stage_id = working
        env.flush_all()
        env.invalidate_all()
    return calendar


def update_rows(env):
    env.cr.execute("UPDATE customer_complaint SET next_deadline = next_deadline + INTERVAL '1 minute'")


def change_hours(calendar_id):
    """Return work that changes the hours of a calendar and computes what the job would."""

    def work(env):
        calendar = env["resource.calendar"].browse(calendar_id)
        calendar.attendance_ids[0].hour_to = 16
        Complaint = env["customer.complaint"]
        while stale := Complaint.search([("is_clock_stale", "=", True)], limit=BATCH):
            stale._refresh_clocks()
            env.flush_all()
            env.invalidate_all()

    return work


def main(env):
    calendar = make_complaints(env)
    tables = ("customer_complaint", "customer_complaint_clock", "customer_complaint_stage_history")
    vacuum(env, *tables)
    print(f"{ROWS:,} open complaints, {ROUNDS} alternated rounds, medians")
    before = get_peak()
    pieces = {"one UPDATE": update_rows, "clocks": change_hours(calendar.id)}
    print_table(
        "changed working hours", compare(env, pieces, ROUNDS), floor="one UPDATE", goal=f"<= {GOAL} x"
    )
    print(f"    memory: {get_peak() - before:,.0f} MiB more at the peak")
    env.cr.rollback()


main(env)  # noqa: F821 - given by odoo shell
