"""Take the pictures of the user guide, in both languages, from a fresh demonstration database."""

import subprocess

from . import system
from .common import LOGS, ROOT, Failure, step
from .databases import DEMO, provide_demo
from .python_env import PYTHON
from .serve import HOST, free_port, server_process

PICTURES = "care_pictures"


def run_screenshots(odoo, arguments):
    """Write docs/images/<language>/<name>.png for every screen listed in tools/pictures.

    :param arguments: names of pictures to take; all when empty.
    """
    provide_demo(odoo)
    with step("Copying the demonstration database"):
        odoo.copy_live(DEMO, PICTURES)
    port = free_port()
    options = ("--max-cron-threads=0",)
    with step("Taking pictures"):
        with server_process(odoo, PICTURES, port, log=LOGS / "pictures.log", options=options):
            result = subprocess.run(
                [
                    *(PYTHON, ROOT / "tools/take_screenshots.py", system.browser()),
                    *(f"http://{HOST}:{port}", PICTURES, *arguments),
                ],
                cwd=ROOT,
                check=False,
            )
    odoo.drop(PICTURES)
    if result.returncode:
        raise Failure("Not every picture could be taken.")
