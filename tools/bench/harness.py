"""Measure pieces of work in alternated rounds inside one Odoo process.

Each piece of work runs in a savepoint that is rolled back, so every round finds the same rows. What is
compared is the median of the rounds; a ratio is ours divided by the floor of the same run. Absolute times
differ between machines, ratios far less.
"""

import resource
import statistics
import time


class Rollback(Exception):
    """Ends a measured piece of work."""


def measure(env, work):
    """Run ``work(env)`` once with cold caches of records; return (seconds, SQL queries)."""
    env.flush_all()
    env.invalidate_all()
    result = None
    try:
        with env.cr.savepoint():
            queries, begin = env.cr.sql_log_count, time.perf_counter()
            work(env)
            env.flush_all()
            env.cr.precommit.run()
            result = time.perf_counter() - begin, env.cr.sql_log_count - queries
            raise Rollback
    except Rollback:
        env.cr.precommit.clear()
        env.cr.postcommit.clear()
        env.invalidate_all()
    return result


def compare(env, pieces, rounds):
    """Measure ``pieces`` ({name: work}) alternately; return {name: (median seconds, queries)}.

    The first round warms caches and does not count.
    """
    times = {name: [] for name in pieces}
    queries = {}
    for number in range(rounds + 1):
        for name, work in pieces.items():
            seconds, queries[name] = measure(env, work)
            if number:
                times[name].append(seconds)
    return {name: (statistics.median(times[name]), queries[name]) for name in pieces}


def print_table(title, results, *, floor, goal=None):
    """Print one comparison: milliseconds, queries and the ratio to ``floor``.

    :return: {name: ratio}
    """
    base = results[floor][0] or 1e-9
    ratios = {name: seconds / base for name, (seconds, _queries) in results.items()}
    print(f"\n{title}" + (f"   (goal for ours: {goal})" if goal else ""))
    for name, (seconds, queries) in results.items():
        print(f"    {name:<22}{seconds * 1000:>10.1f} ms{queries:>8} queries{ratios[name]:>9.2f} x {floor}")
    return ratios


def vacuum(env, *tables):
    """Commit, and tidy up the tables as PostgreSQL does by itself some minutes after so many rows came."""
    env.cr.commit()
    connection = env.cr._cnx
    connection.autocommit = True
    with connection.cursor() as cursor:
        # Commits that do not wait for the disk mark no row as visible to all before they have reached it.
        cursor.execute("CHECKPOINT")
        cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")
    connection.autocommit = False


def get_peak():
    """Return the most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def get_memory():
    """Return the memory that this process holds now, in MiB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1024**2
