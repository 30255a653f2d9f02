"""Run the tests: the addons' own and those of the root folder under pytest, and Odoo's own beside us."""

from .python_env import PYTHON


def pytest_command(odoo, database, *options):
    """Return the command line of pytest on ``database``, with a web server for browser tests."""
    return [
        *(PYTHON, "-m", "pytest", "-p", "no:cacheprovider"),
        *(f"--odoo-config={odoo.configuration}", f"--odoo-database={database}", "--odoo-http"),
        *options,
    ]
