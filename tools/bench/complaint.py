"""Speed of complaints against a minimal document with chatter, at 100,000 rows each.

Run by ``make bench`` inside ``odoo shell`` (it gives ``env``). Settings come as environment variables:
BENCH_ROWS (100000), BENCH_ROUNDS (7), BENCH_PEERS (comma separated keys of PEERS).
"""

import itertools
import os
import sys

sys.path.insert(0, os.environ["BENCH_FOLDER"])

from figures import fill_customers  # noqa: E402
from harness import compare, print_table, vacuum  # noqa: E402
from lxml import etree  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 100_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 7)
COUNTER = itertools.count(1)

# key: (model, name of the stage field, values every record needs)
SUBJECTS = {
    "floor": ("bench.floor", {}),
    "complaint": ("customer.complaint", {"channel": "phone"}),
}
PEERS = {
    "crm_claim": ("crm.claim", {}),
    "helpdesk_mgmt": ("helpdesk.ticket", {"description": "Bench"}),
}
GOALS = {
    "create 1": "<= 1.7 x",
    "create 500": "<= 2.0 x",
    "stage change of 1": "<= 1.5 x",
    "stage change of 200": "<= 1.0 x",
    "list of 80": "<= 1.5 x",
    "kanban": "<= 1.2 x",
    "mail": "<= 1.15 x",
}


def seed_partners(env):
    """Create persons, numbered from 1 in their names and addresses; return the id of the first."""
    first, last = fill_customers(env, ROWS, name="Customer", mailbox="customer")
    env.cr.execute("UPDATE res_partner SET is_company = FALSE WHERE id BETWEEN %s AND %s", [first, last])
    env.invalidate_all()
    return first


def seed(env, model, extra, first_partner):
    """Create 500 records as users do, then multiply their rows by SQL up to ROWS."""
    Model = env[model].with_context(tracking_disable=True)
    stages = env[Model._fields["stage_id"].comodel_name].search([])
    samples = Model.create([values(env, model, extra, first_partner + n) for n in range(500)])
    env.flush_all()
    for stage, records in zip(stages, (samples[i :: len(stages)] for i in range(len(stages))), strict=False):
        env.cr.execute(
            f"UPDATE {Model._table} SET stage_id = %s WHERE id = ANY(%s)",
            [stage.id, records.ids],  # noqa: S608
        )
    env.invalidate_all()
    multiply(env, Model._table, samples.ids)


def seed_complaint_rows(env):
    """Give the complaints made by SQL what real ones have: a stage history, time limits, a timeline."""
    details = {
        "customer_complaint_stage_history": "complaint_id",
        "customer_complaint_clock": "complaint_id",
        "customer_care_event": "res_id",
    }
    for table, link in details.items():
        env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        columns = [name for (name,) in env.cr.fetchall() if name not in ("id", link)]
        names = ", ".join(f'"{name}"' for name in columns)
        source = ", ".join(f's."{name}"' for name in columns)
        env.cr.execute(
            f"INSERT INTO {table} ({link}, {names})"  # noqa: S608
            f" SELECT c.id, {source} FROM customer_complaint c,"
            f" (SELECT * FROM {table} WHERE {link} = (SELECT min(id) FROM customer_complaint"
            f" WHERE id IN (SELECT {link} FROM {table}))) s"
            f" WHERE c.id NOT IN (SELECT {link} FROM {table} WHERE {link} IS NOT NULL)"
        )
        env.cr.execute(f"ANALYZE {table}")


def multiply(env, table, ids):
    """Copy the rows ``ids`` of ``table`` until it has ROWS rows; unique texts get the new id."""
    env.cr.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'id'",
        [table],
    )
    columns = dict(env.cr.fetchall())
    unique = {"number", "access_token", "code"}
    source = ["n || '-' || s.id" if name in unique else f's."{name}"' for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(source)}"  # noqa: S608
        f" FROM {table} s CROSS JOIN generate_series(1, %s) n WHERE s.id = ANY(%s)",
        [max(ROWS // len(ids) - 1, 0), ids],
    )
    env.cr.execute(f"ANALYZE {table}")


def values(env, model, extra, partner_id):
    return {"name": f"Bench {next(COUNTER)}", "partner_id": partner_id, **extra}


# What the client asks for besides: the dependencies that the widgets declare.
ACTIVITY = ("exception_decoration", "exception_icon", "state", "summary", "type_icon", "type_id")
WIDGET_FIELDS = {
    "list_activity": [f"activity_{name}" for name in ACTIVITY],
    "kanban_activity": [f"activity_{name}" for name in ACTIVITY],
}


def specification(env, model, view_type):
    """Return what the web client asks for: the fields of the default view, relations by name."""
    arch = etree.fromstring(env[model].get_views([(False, view_type)])["views"][view_type]["arch"])
    spec = {}
    for node in arch.iter("field"):
        name = node.get("name")
        field = env[model]._fields.get(name)
        if field and not any(parent.tag == "field" for parent in node.iterancestors()):
            spec[name] = field_specification(field)
            for needed in WIDGET_FIELDS.get(node.get("widget"), ()):
                spec[needed] = field_specification(env[model]._fields[needed])
    return spec


def field_specification(field):
    """Return names of many2one; of the others with several records the widgets of the views need only ids."""
    return {"fields": {"display_name": {}}} if field.type == "many2one" else {}


def read_list(model, spec):
    return lambda env: env[model].web_search_read([], spec, limit=80, count_limit=10001)


def read_kanban(model, spec):
    return lambda env: env[model].web_read_group(
        [], ["stage_id"], ["__count"], auto_unfold=True, unfold_read_specification=spec,
        unfold_read_default_limit=40,
    )  # fmt: skip


def create_one(model, extra, partner_id):
    def work(env):
        env[model].create(values(env, model, extra, partner_id))

    return work


def create_many(model, extra, partner_id):
    def work(env):
        env[model].create([values(env, model, extra, partner_id + n) for n in range(500)])

    return work


def change_stage(env, model, count):
    """Move the newest ``count`` records of one stage to another: for complaints both are open ones."""
    stages = env[env[model]._fields["stage_id"].comodel_name].search([])
    sizes = dict(env[model]._read_group([], ["stage_id"], ["__count"]))
    source, target = [stage for stage in stages[1:] if sizes.get(stage, 0) >= count][:2]

    def work(env):
        records = env[model].search([("stage_id", "=", source.id)], limit=count, order="id desc")
        assert len(records) == count
        records.write({"stage_id": target.id})

    return work


MAIL = """From: customer%(n)s@bench.example
To: %(to)s
Subject: Bench %(n)s
Message-ID: <bench-%(n)s@bench.example>
Date: Mon, 16 Nov 2026 09:12:00 +0000
Content-Type: text/plain; charset="utf-8"

Something is broken.
"""


def receive_mail(to):
    def work(env):
        message = MAIL % {"n": 1000 + next(COUNTER), "to": to}
        env["mail.thread"].message_process(False, message)

    return work


def alias_for(env, model, defaults):
    """Return the address at which mails become records of ``model``."""
    domain = env["mail.alias.domain"].search([], limit=1) or env["mail.alias.domain"].create(
        {"name": "bench.example.com"}
    )
    env.company.alias_domain_id = domain
    name = model.replace(".", "-")
    env["mail.alias"].create(
        {
            "alias_name": name,
            "alias_domain_id": domain.id,
            "alias_model_id": env["ir.model"]._get_id(model),
            "alias_defaults": repr(defaults),
        }
    )
    return f"{name}@{domain.name}"


def main(env):
    env = env(user=env.ref("base.user_admin"))
    wanted = [key for key in os.environ.get("BENCH_PEERS", "").split(",") if key]
    subjects = {**SUBJECTS, **{key: PEERS[key] for key in wanted}}
    if not env["bench.floor.stage"].search_count([]):
        env["bench.floor.stage"].create([{"name": f"Stage {n}", "sequence": n} for n in range(9)])
    first = seed_partners(env)
    for model, extra in subjects.values():
        seed(env, model, extra, first)
    seed_complaint_rows(env)
    env.cr.execute("ANALYZE res_partner")
    lists = {key: specification(env, model, "list") for key, (model, _extra) in subjects.items()}
    boards = {key: specification(env, model, "kanban") for key, (model, _extra) in subjects.items()}
    addresses = {key: alias_for(env, model, {}) for key, (model, _extra) in subjects.items()}
    # As in life: what is there was committed before. The database is dropped in the end.
    vacuum(env, *(env[model]._table for model, _extra in subjects.values()))
    works = {
        "create 1": lambda key, model, extra: create_one(model, extra, first + 7),
        "create 500": lambda key, model, extra: create_many(model, extra, first + 1000),
        "stage change of 1": lambda key, model, extra: change_stage(env, model, 1),
        "stage change of 200": lambda key, model, extra: change_stage(env, model, 200),
        "list of 80": lambda key, model, extra: read_list(model, lists[key]),
        "kanban": lambda key, model, extra: read_kanban(model, boards[key]),
        "mail": lambda key, model, extra: receive_mail(addresses[key]),
    }
    print(f"{ROWS:,} rows of each model, {ROUNDS} alternated rounds, medians")
    for title, make in works.items():
        pieces = {key: make(key, model, extra) for key, (model, extra) in subjects.items()}
        print_table(title, compare(env, pieces, ROUNDS), floor="floor", goal=GOALS[title])
    env.cr.rollback()


main(env)  # noqa: F821 - given by odoo shell
