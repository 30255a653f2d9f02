"""Speed of the survey figures of a year against plain SQL, at 1,000,000 scores of five years.

Run by ``make bench`` inside ``odoo shell`` (it gives ``env``). Settings come as environment variables:
BENCH_ROWS (100000; ten times as many scores are made), BENCH_ROUNDS (7).

Ours is what the dashboard and the analysis ask as a manager, with all rules, intervals, names and formats. The floor
is SQL written by hand for the same numbers, without rights and names.
"""

import os
import sys

sys.path.insert(0, os.environ["BENCH_FOLDER"])

from figures import fill_customers  # noqa: E402
from harness import compare, get_peak, print_table, vacuum  # noqa: E402

ROWS = 10 * int(os.environ.get("BENCH_ROWS") or 100_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 7)
OPTIONS = {"date_from": "2025-01-01", "date_to": "2025-12-31", "compare": "none"}
YEAR = "date >= '2025-01-01' AND date <= '2025-12-31'"
DAYS = [("date", ">=", "2025-01-01"), ("date", "<=", "2025-12-31")]
NPS = "AVG(CASE nps_class WHEN 'promoter' THEN 100.0 WHEN 'passive' THEN 0 WHEN 'detractor' THEN -100.0 END)"
CSAT = "AVG(CASE WHEN kind = 'csat' THEN CASE WHEN value > 70 THEN 100.0 ELSE 0 END END)"


def seed(env):
    """Make two scores for each answer, CSAT and NPS, and a reason for each fourth."""
    answers = ROWS // 2
    first, last = fill_customers(env, max(ROWS // 50, 1000), name="Asked", mailbox="asked")
    survey = env.ref("customer_survey.survey_satisfaction")
    rule = env.ref("customer_survey.customer_survey_rule_manual")
    reason = env["survey.question"].create(
        {
            "survey_id": survey.id,
            "title": "Why?",
            "question_type": "multiple_choice",
            "care_is_reason": True,
            "suggested_answer_ids": [(0, 0, {"value": f"Reason {number}"}) for number in range(12)],
        }
    )
    teams = env["customer.care.team"].create([{"name": f"Bench {number}"} for number in range(8)])
    values = {
        "survey": survey.id,
        "rule": rule.id,
        "company": env.company.id,
        "first": first,
        "customers": last - first + 1,
        "answers": answers,
        "teams": teams.ids,
        "grades": env["customer.grade"].search([]).ids,
        "reason": reason.id,
        "choices": reason.suggested_answer_ids.ids,
        "csat": env.ref("customer_survey.survey_satisfaction_csat").id,
        "nps": env.ref("customer_survey.survey_satisfaction_nps").id,
    }
    # Rows that are known to be good: their foreign keys need not be looked up one by one.
    env.cr.execute("SET LOCAL session_replication_role = replica")
    env.cr.execute(
        """
        INSERT INTO survey_user_input (survey_id, partner_id, care_rule_id, care_company_id, access_token, state,
                                       test_entry, care_sent_datetime, start_datetime, end_datetime, create_date)
        SELECT %(survey)s, %(first)s + n %% %(customers)s, %(rule)s, %(company)s, 'bench-' || n,
               CASE WHEN n %% 3 = 0 THEN 'done' WHEN n %% 11 = 0 THEN 'in_progress' ELSE 'new' END, FALSE,
               sent, sent + interval '1 hour', sent + (n * 31 %% 900000) * interval '1 second', sent
          FROM generate_series(1::bigint, %(answers)s) n,
               LATERAL (SELECT timestamp '2021-01-01' + (n * 7919 %% 157680000) * interval '1 second' AS sent) day
        """,
        values,
    )
    env.cr.execute(
        """
        INSERT INTO customer_survey_score (partner_id, commercial_partner_id, company_id, date, active, kind, value,
                                           raw_value, nps_class, is_low, survey_id, question_id, rule_id,
                                           user_input_id, team_id, grade_id, channel)
        SELECT a.partner_id, a.partner_id, a.care_company_id, a.end_datetime::date, TRUE, kind,
               10.0 * mark, mark,
               CASE WHEN kind = 'nps' THEN CASE WHEN mark >= 9 THEN 'promoter' WHEN mark >= 7 THEN 'passive'
                                           ELSE 'detractor' END END,
               mark <= 5, a.survey_id, CASE kind WHEN 'nps' THEN %(nps)s ELSE %(csat)s END, a.care_rule_id, a.id,
               (%(teams)s::int[])[1 + a.id %% cardinality(%(teams)s::int[])],
               (%(grades)s::int[])[1 + a.id %% cardinality(%(grades)s::int[])], 'email'
          FROM survey_user_input a, unnest(ARRAY['csat', 'nps']) kind,
               LATERAL (SELECT (a.id::bigint * 7919 / 7 + length(kind)) %% 11 AS mark) answered
         WHERE a.access_token LIKE 'bench-%%'
        """,
        values,
    )
    env.cr.execute(
        """
        INSERT INTO survey_user_input_line (user_input_id, survey_id, question_id, answer_type, suggested_answer_id,
                                            skipped)
        SELECT id, survey_id, %(reason)s, 'suggestion',
               (%(choices)s::int[])[1 + id %% cardinality(%(choices)s::int[])], FALSE
          FROM survey_user_input WHERE access_token LIKE 'bench-%%' AND id %% 4 = 0
        """,
        values,
    )
    env.cr.execute("SET LOCAL session_replication_role = DEFAULT")
    env.invalidate_all()
    vacuum(env, "customer_survey_score", "survey_user_input", "survey_user_input_line", "res_partner")


def floor(env):
    """The numbers of the dashboard, each group with its own aggregate, without rights and names."""
    counts = (
        "COUNT(DISTINCT user_input_id), COUNT(DISTINCT user_input_id) FILTER (WHERE is_low),"
        " COUNT(*) FILTER (WHERE kind = 'csat'), COUNT(*) FILTER (WHERE kind = 'csat' AND value > 70),"
        " SUM(value) FILTER (WHERE kind = 'csat'), SUM(value * value) FILTER (WHERE kind = 'csat'),"
        " SUM(value) FILTER (WHERE kind = 'ces'), SUM(value * value) FILTER (WHERE kind = 'ces'),"
        " COUNT(*) FILTER (WHERE nps_class = 'promoter'), COUNT(*) FILTER (WHERE nps_class = 'passive'),"
        " COUNT(*) FILTER (WHERE nps_class = 'detractor')"
    )
    month = "date_trunc('month', date)"
    sent = (
        "care_sent_datetime >= '2024-12-31 16:00' AND care_sent_datetime < '2025-12-31 16:00'"
        " AND care_rule_id IS NOT NULL AND test_entry IS NOT TRUE"
    )
    statements = [
        f"SELECT {month}, team_id, grade_id, user_id, survey_id, {counts} FROM customer_survey_score"
        f" WHERE {YEAR} AND active"
        f" GROUP BY GROUPING SETS ((), ({month}), (team_id), (grade_id), (user_id), (survey_id))",
        f"SELECT raw_value, COUNT(*) FROM customer_survey_score WHERE {YEAR} AND active AND kind = 'nps' GROUP BY 1",
        "SELECT suggested_answer_id, COUNT(DISTINCT line.user_input_id) FROM survey_user_input_line line"
        " JOIN survey_question question ON question.id = line.question_id AND question.care_is_reason"
        " JOIN (SELECT DISTINCT user_input_id FROM customer_survey_score"
        f" WHERE {YEAR} AND active) own ON own.user_input_id = line.user_input_id GROUP BY 1",
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE state != 'new'), COUNT(*) FILTER (WHERE state = 'done'),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN state = 'done'"
        " THEN EXTRACT(EPOCH FROM end_datetime - care_sent_datetime)::float8 END)"
        f" FROM survey_user_input WHERE {sent}",
    ]
    for statement in statements:
        env.cr.execute(statement)
        env.cr.fetchall()


def ours(env):
    env["customer.survey.figures"].get_dashboard(OPTIONS)


def pivot_floor(env):
    env.cr.execute(
        f"SELECT team_id, COUNT(*), {CSAT}, {NPS} FROM customer_survey_score WHERE active GROUP BY team_id"  # noqa: S608
    )
    env.cr.fetchall()


def pivot(env):
    env["customer.survey.report"].formatted_read_group(
        [], ["team_id"], ["__count", "satisfied_percent:avg", "nps_score:avg"]
    )


def main(env):
    """Print medians of alternated rounds."""
    seed(env)
    user = env.ref("base.user_admin")
    user.group_ids += env.ref("customer_care.group_care_manager")
    env.flush_all()
    reader = env(user=user.id, context={"tz": "Asia/Shanghai"}, su=False)
    env.cr.execute("SELECT COUNT(*) FROM customer_survey_score")
    print(f"\n{env.cr.fetchone()[0]:,} scores")
    before = get_peak()
    print_table(
        "figures of a year",
        compare(reader, {"floor": floor, "ours": ours}, ROUNDS),
        floor="floor",
        goal="<= 2.0 x",
    )
    print(f"    memory: +{get_peak() - before:.0f} MiB")
    print_table(
        "pivot of all",
        compare(reader, {"floor": pivot_floor, "ours": pivot}, ROUNDS),
        floor="floor",
        goal="<= 2.0 x",
    )


if "env" in globals():
    main(env)  # noqa: F821
