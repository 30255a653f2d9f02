"""Survey invitations and reminders by worker processes, some of which are killed (modes: prepare, send, remind)."""

from unittest.mock import patch

from workers import inside, read, run_script, work

PEOPLE, BATCH = 300, 30
# Each pair of workers dies, both within a transaction, in the method at its call with this number.
JOBS = {
    "send": ("_cron_care_send", (("_care_queue_mails", 2), ("_care_mark", 2), ("_care_drop_unreachable", 1))),
    "remind": (
        "_cron_care_remind",
        (("_care_queue_mails", 2), ("_care_mark", 2), ("_care_filter_remindable", 1)),
    ),
}
STATE = {
    "marks": "SELECT count(*) FILTER (WHERE care_sent_datetime IS NOT NULL), sum(care_reminder_count)"
    " FROM survey_user_input WHERE care_key LIKE '%%crash'",
    "mails": "SELECT answer.id, count(mail.id) FROM survey_user_input answer"
    " LEFT JOIN mail_message message ON message.model = 'survey.user_input' AND message.res_id = answer.id"
    " LEFT JOIN mail_mail mail ON mail.mail_message_id = message.id"
    " WHERE answer.care_key LIKE '%%crash' GROUP BY 1 ORDER BY 1",
    "story": "SELECT partner_id, count(*) FROM customer_care_event"
    " WHERE kind IN ('survey_sent', 'survey_reminded') GROUP BY 1 ORDER BY 1",
}


def prepare(env):
    """Make the invitations of many customers, due today and with a reminder to follow."""
    from tools.bench.figures import fill_customers

    first, last = fill_customers(env, PEOPLE, name="Crash", mailbox="crash")
    rule = env["customer.survey.rule"].create(
        {
            "name": "Crash",
            "survey_id": env.ref("customer_survey.survey_satisfaction").id,
            "delay_days": 1,
            "reminder_max": 1,
            "reminder_gap": 1,
            "reminder_unit": "days",
        }
    )
    partners = env["res.partner"].browse(range(first, last + 1))
    answers = rule._ask(partners, env.company, cause="crash")
    answers.care_send_date = env.cr.now().date()


def send(env, name):
    """Do what the job does."""
    from odoo.addons.customer_survey import models

    with (
        patch.object(models.survey_user_input_send, "BATCH_SIZE", BATCH),
        patch.object(models.survey_user_input_remind, "BATCH_SIZE", BATCH),
    ):
        getattr(env["survey.user_input"], name)()


def make_remindable(env):
    env.cr.execute("UPDATE survey_user_input SET care_remind_from = care_remind_from - interval '2 days'")
    env.cr.commit()


def find(database, mode):
    name, deaths = JOBS[mode]
    if mode == "remind":
        inside(database, make_remindable)

    def do(env):
        send(env, name)

    ends, marks = [], []
    for place in deaths:
        ends.append(work(database, do, death=("survey.user_input", *place)))
        marks.append(read(database, STATE)["marks"][0])
    ended = {"last": work(database, do), "again": work(database, do)}
    return {"ends": ends, "marks": marks, **ended, "state": read(database, STATE)}


run_script(env, MODE, OUTPUT, prepare, find)  # noqa: F821
