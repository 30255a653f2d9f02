"""Update the translation templates (.pot) and bring the Chinese catalogues (zh_CN.po) up to them."""

import subprocess

from .common import ADDONS, LOGS, ROOT, Failure, step
from .databases import provide_test
from .python_env import PYTHON

LANGUAGE = "zh_CN"


def update_translations(odoo):
    """Export the templates, then merge; terms that Odoo itself has are filled from its catalogues.

    :raises Failure: when the export logs an error (it would leave a truncated template).
    """
    database = provide_test(odoo)
    log = LOGS / "i18n-export.log"
    with step("Exporting the translation templates"):
        odoo.run(
            *("i18n", "export", "-c", odoo.configuration, "-d", database, *ADDONS, "-l", "pot"),
            log=log,
        )
        if " ERROR " in log.read_text("utf-8", "replace"):
            raise Failure(f"The export reported errors, see {log}")
    with step("Merging into the Chinese catalogues"):
        subprocess.run(
            [PYTHON, ROOT / "tools/merge_translations.py", odoo.source, *ADDONS],
            check=True,
            cwd=ROOT,
        )
