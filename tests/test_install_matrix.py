"""Each addon installs alone and with the others, without a warning, and leaves Odoo as it was."""

import ast
import re

import pytest

from tools.dev.common import ADDONS, LOGS, ROOT
from tools.dev.databases import CORE
from tools.dev.postgres import psql

STRUCTURE = """
    SELECT 'table ' || tablename FROM pg_tables WHERE schemaname = 'public'
    UNION ALL SELECT 'column ' || table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public'
    UNION ALL SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint ' || conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
    UNION ALL SELECT 'menu ' || COALESCE(complete.module || '.' || complete.name, menu.name::text)
        FROM ir_ui_menu menu LEFT JOIN ir_model_data complete
            ON complete.model = 'ir.ui.menu' AND complete.res_id = menu.id
    UNION ALL SELECT 'filter ' || model_id || ' ' || name::text FROM ir_filters
    UNION ALL SELECT 'parameter ' || key FROM ir_config_parameter
    UNION ALL SELECT 'record ' || module || '.' || name FROM ir_model_data WHERE module LIKE 'customer\\_%'
"""
# Odoo's uninstallation itself leaves these rows for selections and inherited models of other addons, and saving the
# settings writes these parameters.
LEFT_BY_ODOO = re.compile(
    r"record customer_\w+\.(selection__|\w*model_inherit__|constraint_)|parameter (product|crm)\."
)
# Tables whose number of rows may change without anything of ours being left (parameters are compared by name).
VOLATILE = {
    "ir_attachment", "ir_cron_trigger", "ir_cron_progress", "ir_logging", "ir_model_data", "ir_module_module",
    "ir_module_module_dependency", "ir_model_constraint", "ir_model_relation", "ir_profile", "ir_asset",
    "ir_module_category", "res_device_log", "ir_config_parameter", "res_users_log", "bus_bus", "orm_signaling_registry",
}  # fmt: skip
# The customer and what was sent to him are not ours to delete; wizards are swept away by Odoo.
KEPT = {
    "res_partner", "mail_message", "mail_message_res_partner_rel", "mail_notification", "mail_mail",
    "mail_mail_res_partner_rel", "mail_compose_message", "mail_compose_message_res_partner_rel",
    "res_config_settings",
}  # fmt: skip
# Columns that name a model.
REFERENCES = """
    SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
    WHERE c.table_schema = 'public' AND c.column_name IN ('model', 'res_model', 'model_name')
        AND c.data_type IN ('character varying', 'text')
        AND c.table_name NOT IN ('mail_compose_message', 'ir_model_data')
"""


def _structure(odoo, database):
    return set(psql(odoo.environment, database, STRUCTURE).splitlines())


def _row_counts(odoo, database):
    """Return {table: number of rows} without the volatile tables."""
    tables = psql(odoo.environment, database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    statement = " UNION ALL ".join(
        f"SELECT '{table} ' || count(*) FROM \"{table}\""
        for table in sorted(set(tables.splitlines()) - VOLATILE)
    )
    rows = psql(odoo.environment, database, statement).splitlines()
    return {table: int(count) for table, count in (row.rsplit(" ", 1) for row in rows)}


@pytest.fixture(scope="module")
def alone(odoo, module_copy):
    """Give a function(addon) -> database with Odoo's addons, this one and those of ours that its manifest names.

    An addon is installed where one that it depends on is already: each is installed once.
    """
    made = {}

    def install(addon):
        if addon not in made:
            manifest = ast.literal_eval((ROOT / addon / "__manifest__.py").read_text("utf-8"))
            source = next((install(name) for name in manifest["depends"] if name in ADDONS), CORE)
            made[addon] = module_copy(source, f"care_alone_{addon}")
            odoo.install(made[addon], addon, options=("--skip-auto-install",))
        return made[addon]

    return install


@pytest.mark.parametrize("addon", ADDONS)
def test_addon_installs_alone(odoo, alone, addon):
    """Each addon installs with only what its manifest names, without any warning."""
    assert odoo.warnings(LOGS / f"install-{alone(addon)}.log") == []


def test_bridge_installs_itself(odoo, alone, module_copy):
    """With complaints and surveys installed, the bridge between them comes by itself."""
    name = module_copy(alone("customer_complaint"), "care_bridge")
    odoo.install(name, "customer_survey")
    state = "SELECT state FROM ir_module_module WHERE name = 'customer_complaint_survey'"
    assert psql(odoo.environment, name, state) == "installed"


def test_installing_again_changes_no_structure(odoo, test_copy):
    """Upgrading the installed version onto itself warns of nothing and changes no structure."""
    name = test_copy("care_again")
    before = _structure(odoo, name)
    odoo.install(name, ",".join(ADDONS), upgrade=True)
    assert odoo.warnings(LOGS / f"install-{name}.log") == []
    # Odoo keeps no order in which addons name an inherited mixin.
    changed = _structure(odoo, name) ^ before
    assert sorted(row for row in changed if not LEFT_BY_ODOO.match(row)) == []


def test_uninstalling_leaves_nothing(odoo, core_copy):
    """After install, use and uninstall the structure and every row count are as before."""
    name = core_copy("care_uninstall")
    structure, counts = _structure(odoo, name), _row_counts(odoo, name)
    odoo.install(name, ",".join(ADDONS))
    assert _structure(odoo, name) - structure, "nothing was installed"
    _use_everything(odoo, name)
    odoo.run("module", "uninstall", "-c", odoo.configuration, "-d", name, *ADDONS, log=LOGS / f"{name}.log")
    after = _structure(odoo, name)
    assert sorted(row for row in after - structure if not LEFT_BY_ODOO.match(row)) == []
    assert sorted(structure - after) == []
    changed = {
        table: (number, counts[table])
        for table, number in _row_counts(odoo, name).items()
        if counts.get(table) != number and table not in KEPT
    }
    assert changed == {}
    assert _references_to_our_models(odoo, name) == []


def _references_to_our_models(odoo, name):
    """Return the columns that still name one of our models."""
    found = []
    for reference in psql(odoo.environment, name, REFERENCES).splitlines():
        table, column = reference.split(".")
        rows = psql(odoo.environment, name, f"SELECT count(*) FROM {table} WHERE {column} LIKE 'customer.%'")
        found += [f"{reference}: {rows}"] if rows != "0" else []
    return found


def _use_everything(odoo, name):
    """Leave the traces of daily work: a saved filter, a complaint with everything around it, settings."""
    script = (ROOT / "tests/daily_work.py").read_bytes()
    odoo.run(
        *("shell", "-c", odoo.configuration, "-d", name, "--no-http", "--log-level=warn"),
        input=script,
        log=LOGS / f"{name}-work.log",
    )
