"""Measure speed against minimal models in the same run."""

import argparse
import subprocess

from .common import LOGS, ROOT, VAR, Failure, step
from .databases import TEST, provide_test
from .odoo import Odoo
from .python_env import PYTHON

FOLDER = ROOT / "tools/bench"
BENCH = "care_bench"
SCRIPTS = (
    "complaint",
    "mails",
    "clocks",
    "partner",
    "grading",
    "callback",
    "weak",
    "outreach",
    "report",
    "invitations",
    "survey_mails",
    "survey_report",
)
PEER_ADDONS = {"crm_claim": ["crm_claim"], "helpdesk_mgmt": ["helpdesk_mgmt", "helpdesk_mgmt_sla"]}


def run_bench(odoo, arguments):
    """Print the figures of the benchmarks; ``--peers`` adds comparable addons fetched with pip."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="*", choices=SCRIPTS, help="all when none is named")
    parser.add_argument("--peers", nargs="*", choices=PEER_ADDONS, help="all when none is named")
    options = parser.parse_args(arguments)
    peers = [] if options.peers is None else options.peers or list(PEER_ADDONS)
    provide_test(odoo)
    bench = _with_addons(odoo, peers)
    addons = ["bench_floor", *(name for peer in peers for name in PEER_ADDONS[peer])]
    environment = {
        **bench.environment,
        "BENCH_FOLDER": str(FOLDER),
        "BENCH_ROWS": str(options.rows),
        "BENCH_ROUNDS": str(options.rounds),
        "BENCH_PEERS": ",".join(peers),
    }
    command = bench.command("shell", "-c", bench.configuration, "-d", BENCH, "--no-http", "--log-level=error")
    failed = []
    for name in options.only or SCRIPTS:
        with step(f"Measuring: {name}"):
            odoo.copy_live(TEST, BENCH)
            # Only complaints are compared with other addons' documents; what is installed slows down the rest.
            if name == "complaint":
                bench.install(BENCH, ",".join(addons))
            with (FOLDER / f"{name}.py").open("rb") as script:
                if subprocess.run(command, stdin=script, env=environment, cwd=VAR, check=False).returncode:
                    failed.append(name)
            odoo.drop(BENCH)
    if failed:
        raise Failure(f"These benchmarks did not finish: {', '.join(failed)}")


def _with_addons(odoo, peers):
    """Return an Odoo that also finds the floor's addon and the peers, fetched into a folder of their own."""
    folders = [FOLDER / "addons"]
    if peers:
        target = VAR / "peers"
        packages = [f"odoo-addon-{name}==19.0.*" for peer in peers for name in PEER_ADDONS[peer]]
        command = [PYTHON, "-m", "pip", "install", "--no-deps", "--upgrade", "--target", target, *packages]
        with step(f"Fetching {', '.join(packages)}"):
            with (LOGS / "peers.log").open("wb") as log:
                subprocess.run([str(part) for part in command], check=True, stdout=log, stderr=log)
        folders.append(target / "odoo/addons")
    return Odoo(odoo.source, odoo.environment, name="bench", extra_addons=tuple(folders))
