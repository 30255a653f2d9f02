"""Call Odoo: its configuration file, command line and databases."""

import dataclasses
import os
import pathlib
import shutil

from .common import LOGS, ROOT, VAR, Failure, run
from .postgres import psql
from .python_env import PYTHON

DATA_DIR = VAR / "data"


@dataclasses.dataclass
class Odoo:
    """An Odoo source with the environment of a running PostgreSQL.

    :param source: folder to put on PYTHONPATH.
    :param environment: variables for every process (PGHOST...).
    :param addons: folder with our addons; the checkout by default.
    :param name: of the configuration file.
    :param extra_addons: further folders with addons.
    """

    source: pathlib.Path
    environment: dict
    addons: pathlib.Path = ROOT
    name: str = "odoo"
    extra_addons: tuple = ()

    def __post_init__(self):
        self.environment = {
            **self.environment,
            "PYTHONPATH": str(self.source),
            "ODOO_RC": str(self.configuration),
            "PATH": f"{PYTHON.parent}{os.pathsep}{self.environment['PATH']}",
        }
        self.write_configuration()

    @property
    def configuration(self):
        return VAR / f"{self.name}.conf"

    @property
    def addons_path(self):
        """Folders with addons: Odoo's own, whatever its layout, then ours."""
        folders = [self.source / "odoo/addons", self.source / "addons", self.addons, *self.extra_addons]
        return [folder for folder in folders if folder.is_dir()]

    def write_configuration(self):
        self.configuration.parent.mkdir(exist_ok=True)
        self.configuration.write_text(
            "[options]\n"
            f"addons_path = {','.join(map(str, self.addons_path))}\n"
            f"data_dir = {DATA_DIR}\n"
            "http_interface = 127.0.0.1\n"
            "list_db = False\n"
            "max_cron_threads = 1\n"
            "limit_time_real = 1200\n"
            "limit_time_cpu = 1200\n"
            "limit_memory_hard = 0\n"
            "limit_memory_soft = 0\n"
        )

    def command(self, *arguments, start=("-m", "odoo")):
        """Return the full command line. A sub-command, when there is one, comes first.

        :param start: what Python runs, in place of Odoo itself.
        """
        return [PYTHON, *start, *arguments]

    def run(self, *arguments, start=("-m", "odoo"), log=None, **kwargs):
        return run(self.command(*arguments, start=start), log=log, env=self.environment, cwd=VAR, **kwargs)

    def install(self, database, addons, *, upgrade=False, demo=False, options=()):
        """Install or upgrade ``addons`` (comma separated) in ``database``, which is made if missing."""
        return self.run(
            "server",
            *("-c", self.configuration, "-d", database, "-u" if upgrade else "-i", addons),
            *(("--with-demo",) if demo else ()),
            *("--stop-after-init", "--no-http", "--max-cron-threads=0", "--log-level=warn"),
            *options,
            log=LOGS / f"install-{database}.log",
        )

    def exists(self, database):
        row = psql(self.environment, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{database}'")
        return row == "1"

    def drop(self, database):
        psql(self.environment, "postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        shutil.rmtree(self.filestore(database), ignore_errors=True)

    def copy(self, source, target):
        """Copy a database with its files (a database without them has no asset bundles)."""
        self.drop(target)
        psql(self.environment, "postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        if self.filestore(source).is_dir():
            shutil.copytree(self.filestore(source), self.filestore(target))

    def copy_live(self, source, target):
        """Copy a database that may have connections (slower: dump and restore when it has)."""
        try:
            self.copy(source, target)
        except Failure:
            psql(self.environment, "postgres", f'CREATE DATABASE "{target}"')
            dump = f'pg_dump --format=custom "{source}" | pg_restore --no-owner --dbname="{target}"'
            run(["sh", "-c", dump], env=self.environment, log=LOGS / f"copy-{target}.log")
            if self.filestore(source).is_dir():
                shutil.copytree(self.filestore(source), self.filestore(target), dirs_exist_ok=True)

    @staticmethod
    def filestore(database):
        return DATA_DIR / "filestore" / database

    def warnings(self, log):
        """Return the lines of ``log`` that warn or report errors (an install should have none)."""
        text = log.read_text("utf-8", "replace") if log.exists() else ""
        return [line for line in text.splitlines() if " WARNING " in line or " ERROR " in line]

    def check_version(self):
        result = self.run("--version", check=False, log=LOGS / "version.log")
        text = (LOGS / "version.log").read_text().strip()
        if result.returncode or "19.0" not in text:
            raise Failure(f"Odoo does not start: {text.splitlines()[-1] if text else 'no output'}")
        return text
