"""The development commands tell in one sentence what is wrong and survive what users do to them."""

import os
import signal
import socket
import time

import pytest

from tools.dev import lint, odoo_source, postgres, serve
from tools.dev.common import Failure


def _fake_odoo(folder, series):
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo/release.py").write_text(f"version_info = ({series}, 0, 'final', 0, '')\n")
    return folder


def test_given_source_is_used(monkeypatch, tmp_path):
    """ODOO_SRC with Odoo 19.0 is taken as it is, a checkout as well as an installed one."""
    checkout = _fake_odoo(tmp_path / "checkout", "19, 0")
    monkeypatch.setenv("ODOO_SRC", str(checkout))
    assert odoo_source.locate() == checkout
    installed = _fake_odoo(tmp_path / "root/usr/lib/python3/dist-packages", "19, 0")
    monkeypatch.setenv("ODOO_SRC", str(tmp_path / "root"))
    assert odoo_source.locate() == installed


@pytest.mark.parametrize(
    ("series", "text"), [("18, 0", "holds Odoo 18.0"), ("'saas~18', 2", "holds no Odoo")]
)
def test_wrong_version_is_refused(monkeypatch, tmp_path, series, text):
    """Another version than 19.0 is refused by name."""
    monkeypatch.setenv("ODOO_SRC", str(_fake_odoo(tmp_path / "src", series)))
    with pytest.raises(Failure, match=text):
        odoo_source.locate()


def test_missing_source_is_refused(monkeypatch, tmp_path):
    """A folder without Odoo is refused."""
    monkeypatch.setenv("ODOO_SRC", str(tmp_path))
    with pytest.raises(Failure, match="holds no Odoo"):
        odoo_source.locate()


def test_odoo_on_path_is_used_when_it_fits(monkeypatch, tmp_path):
    """Without ODOO_SRC an ``odoo-bin`` on PATH serves if it is 19.0; another version is passed over."""
    monkeypatch.delenv("ODOO_SRC", raising=False)
    for series in ("19, 0", "18, 0"):
        folder = _fake_odoo(tmp_path / series[:2], series)
        script = folder / "odoo-bin"
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
    monkeypatch.setattr(odoo_source.shutil, "which", lambda name: str(tmp_path / "19/odoo-bin"))
    assert odoo_source.locate() == tmp_path / "19"
    monkeypatch.setattr(odoo_source.shutil, "which", lambda name: str(tmp_path / "18/odoo-bin"))
    unpacked = _fake_odoo(tmp_path / "unpacked/usr/lib/python3/dist-packages", "19, 0")
    (tmp_path / "unpacked/.complete").touch()
    monkeypatch.setattr(odoo_source, "UNPACKED", tmp_path / "unpacked")
    assert odoo_source.locate() == unpacked


def test_used_port_is_reported(monkeypatch, tmp_path):
    """A port of somebody else is never taken by force."""
    monkeypatch.setattr(serve, "PID_FILE", tmp_path / "serve.pid")
    with socket.socket() as other:
        other.bind((serve.HOST, 0))
        other.listen()
        with pytest.raises(Failure, match="used by another program"):
            serve._free_port(other.getsockname()[1])


def test_xml_format_notes_find_faults():
    """The XML check sees missing declarations, tabs, wrong indents and broken files."""
    good = '<?xml version="1.0" encoding="UTF-8" ?>\n'
    good += '<odoo>\n    <record id="a">\n        <b />\n    </record>\n</odoo>\n'
    assert lint.xml_format_notes(good) == []
    assert lint.xml_format_notes(good.replace("        <b", "      <b")) == [
        (4, "indented by 6 blanks instead of 8")
    ]
    assert lint.xml_format_notes(good.replace("    </record", "   </record"))
    assert lint.xml_format_notes(good.split("\n", 1)[1])
    assert lint.xml_format_notes(good.replace("<b />", "<b>"))
    assert lint.xml_format_notes(good.rstrip())


@pytest.fixture
def own_cluster(monkeypatch, tmp_path):
    """A PostgreSQL of its own, beside the one of this run."""
    monkeypatch.setattr(postgres, "HOME", tmp_path / "postgres")
    monkeypatch.setattr(postgres, "DATA", tmp_path / "postgres/data")
    monkeypatch.delenv("PGHOST")
    (tmp_path / "postgres").mkdir()
    return postgres


def test_server_survives_kill_and_stale_lock(own_cluster):
    """After kill -9 and with a lock file that names another process, the server starts and has its data."""
    with own_cluster.server() as environment:
        own_cluster.psql(environment, "postgres", "CREATE TABLE kept AS SELECT 42 AS answer")
        own_cluster.psql(environment, "postgres", "CHECKPOINT")
        pid = own_cluster._running_pid()
        os.kill(pid, signal.SIGKILL)
        for _wait in range(50):
            if own_cluster._running_pid() is None:
                break
            time.sleep(0.1)
        lock_file = own_cluster.DATA / "postmaster.pid"
        lines = lock_file.read_text().splitlines()
        lock_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with own_cluster.server() as environment:
        assert own_cluster.psql(environment, "postgres", "SELECT answer FROM kept") == "42"
        assert own_cluster._running_pid() != os.getpid()
    assert own_cluster._running_pid() is None, "the last user stops the server"
