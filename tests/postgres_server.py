"""A PostgreSQL server of our own, on a spare port, for as long as the tests run."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CANARY = "s3cr3t-canary-7c1f"


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; skip without them, fail in CI."""
    found = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin")),
        Path(shutil.which("initdb") or "").parent,
    ]
    for folder in reversed(found):
        if (folder / "initdb").is_file():
            return folder
    if os.environ.get("CI"):
        pytest.fail("PostgreSQL is not installed: .ci/run installs it")
    pytest.skip("PostgreSQL is not installed: apt-get install postgresql")


def as_postgres() -> dict:
    """Return who runs the server: PostgreSQL refuses to run as root."""
    if os.getuid():
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("there is no user postgres, and root may not run PostgreSQL")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server; give the address of an empty database, with a password nobody may see."""
    bin_, who = programs(), as_postgres()
    with tempfile.TemporaryDirectory(prefix="kam-pg-") as name:
        folder = Path(name)
        if who:
            os.chown(folder, who["user"], who["group"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        secret = folder / "password"
        secret.write_text(CANARY)
        secret.chmod(0o644)

        def run(program: str, *words: str) -> None:
            subprocess.run(
                [str(bin_ / program), *words],
                check=True,
                cwd=folder,
                **who,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

        run(
            "initdb",
            "-D",
            f"{name}/data",
            "-U",
            "kam",
            "-A",
            "md5",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        options = f"-p {port} -k {name} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", f"{name}/data", "-w", "-o", options, "-l", f"{name}/log", "start")
        try:
            yield f"postgresql://kam:{CANARY}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", f"{name}/data", "-m", "immediate", "stop")
