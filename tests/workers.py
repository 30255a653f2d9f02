"""Processes that work at once in one database, some of which are killed: what the scripts for ``odoo shell`` share.

A script is run by the fixture ``run_workers``, which puts MODE, ROOT and OUTPUT before it. The processes are forked,
so that the registry is loaded once.
"""

import json
import os
import signal
from unittest.mock import patch

import odoo
from odoo import SUPERUSER_ID, api

# Nobody works as long as that; who does waits for something that never comes.
LONGEST_SECONDS = 300


def fork(jobs):
    """Run functions at once, each in a process of its own.

    :return: list of what each gave (anything JSON knows; 0 for nothing), or the signal (negative) or code that ended it
    """
    # Two processes must not talk over one connection.
    odoo.sql_db.close_all()
    workers = []
    for job in jobs:
        out, into = os.pipe()
        process = os.fork()
        if not process:
            try:
                signal.alarm(LONGEST_SECONDS)
                os.write(into, json.dumps(job()).encode())
                os._exit(0)
            finally:
                os._exit(1)
        os.close(into)
        workers.append((process, out))
    answers = []
    for process, out in workers:
        with os.fdopen(out) as file:
            text = file.read()
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        answers.append(json.loads(text) or 0 if text else code)
    return answers


def inside(database, work):
    """Return ``work(env)``, done as superuser in a transaction of its own."""
    with odoo.modules.registry.Registry(database).cursor() as cr:
        return work(api.Environment(cr, SUPERUSER_ID, {}))


def work(database, do, count=2, death=None):
    """Let so many workers do ``do(env)`` at once; return how each of them ended.

    :param death: model, method and number of the call in which each of them dies
    """

    def job(env):
        if death:
            name, *place = death
            die(env.registry[name], *place)
        do(env)

    return sorted(fork([lambda: inside(database, job)] * count))


def work_to_the_end(database, mode, do, deaths):
    """Let workers do ``do(env)`` until nothing is left; return how they ended.

    :param mode: ``quiet`` (one does all), ``killed`` (before, two die in each of the deaths), or another for two
    :return: ``ends`` of those killed, ``last`` of those who did the rest, ``again`` of those who come afterwards
    """
    ends = [work(database, do, death=death) for death in deaths] if mode == "killed" else []
    last = work(database, do, 1 if mode == "quiet" else 2)
    return {"ends": ends, "last": last, "again": work(database, do)}


def plan_in_slices(env, model, size):
    """Do what the nightly job of the rules of a model does, in slices so small that there are many."""
    from odoo.addons.customer_care.models import customer_rule_run_mixin

    with (
        patch.object(customer_rule_run_mixin, "SLICE", size),
        patch.object(customer_rule_run_mixin, "RUN_AT_ONCE", 0),
    ):
        env[model]._cron_plan()


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


def read(database, queries, *parameters):
    """Return ``{name: rows}`` of ``{name: query}``."""
    with odoo.sql_db.db_connect(database).cursor() as cr:
        found = {}
        for name, query in queries.items():
            cr.execute(query, parameters or None)
            found[name] = cr.fetchall()
        return found


def run_script(env, mode, output, prepare, find):
    """Make the data in mode ``prepare``, in others write down what ``find(database, mode)`` gives."""
    if mode == "prepare":
        prepare(env)
        env.cr.commit()
        return
    database = env.cr.dbname
    env.cr.commit()
    finish(output, find(database, mode))


def finish(output, found):
    """Write what was found, and leave at once: the shell's own cursor was closed under its hands."""
    with open(output, "w", encoding="utf-8") as file:
        json.dump(found, file, default=str)
    os._exit(0)
