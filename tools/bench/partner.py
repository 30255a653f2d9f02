"""Speed of opening the form of a customer with our pages against Odoo's own form of a contact.

Run inside ``odoo shell`` (it gives ``env``). Settings come as environment variables: BENCH_ROUNDS (20). The floor is
the same form on the same database with our views switched off. What is measured is what the client asks the server
for: ``get_views`` (which it then keeps) and ``web_read`` of one customer with contacts, callbacks, needs and a
timeline.
"""

import os
import statistics
import sys
import time

sys.path.insert(0, os.environ.get("BENCH_FOLDER") or os.path.join(os.getcwd(), "tools", "bench"))

from harness import print_table  # noqa: E402
from lxml import etree  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 20)
GOAL = 1.3
ADDONS = ("customer_care", "customer_complaint", "customer_survey")
X2MANY = ("one2many", "many2many")
# What widgets ask for besides the name.
MANY2ONE_FIELDS = {"res_partner_many2one": ["street", "zip", "city", "country_id"]}


def get_views(env):
    """Ask for the form as the client does when it opens the list of customers."""
    action = env.ref("customer_care.res_partner_action", raise_if_not_found=False)
    form = env.ref("base.view_partner_form")
    options = {"toolbar": True, "load_filters": True, "action_id": action.id if action else False}
    return env["res.partner"].get_views([(form.id, "form"), (False, "search")], options)


def get_specification(env, views):
    """Return what the client asks ``web_read`` for: the fields of the form and of the lists in it."""
    arch = etree.fromstring(views["views"]["form"]["arch"])
    return get_fields(env["res.partner"], arch)


def get_fields(model, arch):
    specification = {}
    for node in arch.iter("field"):
        name = node.get("name")
        field = model._fields.get(name)
        if field is None or any(
            parent.tag == "field" for parent in node.iterancestors() if parent is not arch
        ):
            continue
        specification[name] = get_field(model, field, node)
    return specification


def get_field(model, field, node):
    if field.type == "many2one":
        if node.get("invisible") in ("True", "1"):
            return {"fields": {}}
        names = MANY2ONE_FIELDS.get(node.get("widget"), [])
        return {"fields": {"display_name": {}, **{name: {} for name in names}}}
    if field.type not in X2MANY:
        return {}
    comodel = model.env[field.comodel_name]
    views = [child for child in node if child.tag in ("list", "kanban")]
    if not views:
        return {"fields": {"display_name": {}, "color": {}} if "color" in comodel._fields else {}}
    limit = int(views[0].get("limit") or 40)
    return {"fields": get_fields(comodel, views[0]), "limit": limit, "order": ""}


def open_form(env, partner_id):
    """Return what both requests take: (seconds for the views, seconds for the record, SQL queries)."""
    env.invalidate_all()
    begin, queries = time.perf_counter(), env.cr.sql_log_count
    views = get_views(env)
    middle = time.perf_counter()
    specification = get_specification(env, views)
    env.invalidate_all()
    start = time.perf_counter()
    env["res.partner"].browse(partner_id).web_read(specification)
    return middle - begin, time.perf_counter() - start, env.cr.sql_log_count - queries


def switch(env, views, active):
    views.write({"active": active})
    env.flush_all()
    get_views(env)  # the caches of views are warm, as on a server that works


def make_customer(env):
    """Create a customer as a year of work leaves him."""
    Partner = env["res.partner"].with_context(tracking_disable=True)
    customer = Partner.create({"name": "Bench", "is_company": True, "email": "bench@bench.example"})
    Partner.create([{"name": f"Contact {n}", "parent_id": customer.id} for n in range(10)])
    env["customer.care.event"]._log(
        [{"partner_id": customer.id, "kind": "note", "summary": f"Note {n}"} for n in range(60)]
    )
    day = "2026-01-01"
    env["customer.need"].create([{"name": f"Need {n}", "partner_id": customer.id} for n in range(10)])
    env["customer.transaction"].create(
        [{"partner_id": customer.id, "date": day, "amount": 100.0 + n} for n in range(50)]
    )
    env["customer.callback"].create([{"partner_id": customer.id, "subject": f"Call {n}"} for n in range(5)])
    env.flush_all()
    return customer


def get_our_views(env):
    data = env["ir.model.data"].search([("model", "=", "ir.ui.view"), ("module", "=like", "customer\\_%")])
    views = env["ir.ui.view"].browse(data.mapped("res_id"))
    return views.filtered(
        lambda view: view.model == "res.partner" and view.inherit_id and view.mode == "extension"
    )


def main(env):
    """Print medians of alternated rounds; return {name: ratio to the floor}."""
    env = env(user=env.ref("base.user_admin"))
    partner_id = make_customer(env).id
    ours, results = get_our_views(env), {"odoo": [], "with our addons": []}
    for number in range(ROUNDS + 1):
        for name, active in (("odoo", False), ("with our addons", True)):
            switch(env, ours, active)
            measured = open_form(env, partner_id)
            if number:
                results[name].append(measured)
    env.cr.rollback()
    ratios = {}
    for title, part in (("views", (0,)), ("record", (1,)), ("views and record", (0, 1))):
        medians = {
            name: (statistics.median(sum(row[i] for i in part) for row in rows), rows[-1][2])
            for name, rows in results.items()
        }
        ratios[title] = print_table(f"partner form: {title}", medians, floor="odoo", goal=f"<= {GOAL} x")
    return ratios["views and record"]


if "env" in globals():
    main(env)  # noqa: F821
