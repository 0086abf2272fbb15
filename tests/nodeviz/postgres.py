"""What if the database is a server that can be stopped? An own PostgreSQL in a temporary folder, by the programs of Debian's package."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from nodeviz.supervisor.network import free_port
from tests import surroundings

OWNER = "postgres"
"""PostgreSQL refuses to be root's; this user comes with the package."""

STARTS_WITHIN_S = 60


def program(name: str) -> str:
    """Debian keeps the server's programs off the path."""
    found = shutil.which(name) or next((str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        surroundings.not_run(f"needs {name} (apt install postgresql)")
    return found


class Postgres:
    """A cluster of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._as_owner: dict[str, Any] = {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}
        if self._as_owner:
            shutil.chown(folder, OWNER, OWNER)
        arguments = (program("initdb"), "--auth", "trust", "--username", "nodeviz", "--no-sync", "--encoding", "UTF8", str(folder / "data"))
        subprocess.run(arguments, check=True, capture_output=True, cwd=folder, **self._as_owner)
        self.port = free_port()
        self.url = f"postgres://nodeviz@127.0.0.1:{self.port}/postgres"
        self.start()

    def start(self) -> None:
        """Until it takes connections."""
        options = ("-p", str(self.port), "-h", "127.0.0.1", "-k", str(self._folder), "-c", "max_connections=50")
        arguments = (program("postgres"), "-D", str(self._folder / "data"), *options)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(arguments, cwd=self._folder, **quiet, **self._as_owner)
        deadline_s = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline_s:
                    raise
                time.sleep(0.05)
            else:
                return

    def crash(self) -> None:
        """Every connection breaks, nothing is tidied up; what was committed is found in the log at the next start."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def close(self) -> None:
        if self._process.poll() is None:
            self.crash()
