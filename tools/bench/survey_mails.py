"""Survey mails a second, and the memory they take, against the wizard of Odoo's own surveys.

Run inside ``odoo shell`` (it gives ``env``). BENCH_ROWS (100,000) invitations of a rule are made, with nobody's mail
written, then the job queues the mails of all of them, batch by batch, each committed. The peer is ``survey.invite``,
which makes invitation and mail in one step and one transaction: it gets a hundredth of the people, at most 500, so its
figure flatters it. Ours is therefore quoted both without and with the making of the invitations.
"""

import os
import sys
import time
from unittest.mock import patch

sys.path.insert(0, os.environ["BENCH_FOLDER"])

from figures import fill_customers  # noqa: E402
from harness import get_memory  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
PEERS = max(min(ROWS // 100, 500), 50)
ASKED_AT_ONCE = 2000


def ask(env, rule, first, last):
    """Make the invitations as the rule does; return the seconds."""
    begin = time.perf_counter()
    for start in range(first, last + 1, ASKED_AT_ONCE):
        partners = env["res.partner"].browse(range(start, min(start + ASKED_AT_ONCE, last + 1)))
        rule._ask(partners, env.company, cause="bench")
        env.cr.commit()
        env.invalidate_all()
    return time.perf_counter() - begin


def send(env):
    """Let the job queue all mails; return the seconds and the memory before and after."""
    Answer = env["survey.user_input"]
    early = []

    def commit(cron, processed=0, remaining=None, **_kwargs):
        env.cr.commit()
        env.invalidate_all()
        if processed and len(early) < 20:
            early.append(get_memory())
        return 60

    begin = time.perf_counter()
    with patch.object(type(env["ir.cron"]), "_commit_progress", commit):
        Answer._cron_care_send()
    return time.perf_counter() - begin, early[-1], get_memory()


def invite(env, first, last):
    """Invite some with Odoo's own wizard; return the seconds."""
    survey = env["survey.survey"].create(
        {
            "title": "Peer",
            "access_mode": "token",
            "question_and_page_ids": [(0, 0, {"title": "Satisfied?", "question_type": "text_box"})],
        }
    )
    wizard = env["survey.invite"].create(
        {
            "survey_id": survey.id,
            "partner_ids": list(range(first, last + 1)),
            "template_id": env.ref("survey.mail_template_user_input_invite").id,
        }
    )
    begin = time.perf_counter()
    wizard.with_context(default_email_layout_xmlid="mail.mail_notification_light").action_invite()
    env.flush_all()
    return time.perf_counter() - begin


def main(env):
    first, last = fill_customers(env, ROWS, name="Survey", mailbox="survey")
    peer_first, peer_last = fill_customers(env, PEERS, name="Peer", mailbox="peer")
    rule = env["customer.survey.rule"].create(
        {
            "name": "Bench",
            "survey_id": env.ref("customer_survey.survey_satisfaction").id,
            "delay_days": 1,
            # whatever the hour at which it is measured
            "is_daytime": False,
        }
    )
    env.cr.commit()
    asked = ask(env, rule, first, last)
    env.cr.execute(
        "UPDATE survey_user_input SET care_send_datetime = CURRENT_DATE - 1, care_send_date = CURRENT_DATE - 1"
        " WHERE care_rule_id = %s",
        [rule.id],
    )
    env.cr.commit()
    env.invalidate_all()
    sent, early, late = send(env)
    peer = PEERS / invite(env, peer_first, peer_last)
    count = env["survey.user_input"].search_count(
        [("care_rule_id", "=", rule.id), ("care_status", "=", "sent")]
    )
    assert count == ROWS, count
    print(f"\nSurvey mails to {ROWS:,} customers")
    print(f"    survey.invite (invitation and mail)        {peer:>8.0f} a second, of {PEERS}")
    print(
        f"    ours, mails queued                         {ROWS / sent:>8.0f} a second, {ROWS / sent / peer:.1f}x"
    )
    both = ROWS / (sent + asked)
    print(f"    ours, invitations and mails                {both:>8.0f} a second, {both / peer:.1f}x")
    print(f"    memory {early:.0f} MiB after 20 batches, {late:.0f} MiB after the last (goal: no growth)")


main(env)  # noqa: F821 - given by odoo shell
