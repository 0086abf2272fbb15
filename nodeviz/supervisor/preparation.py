"""What must be done before nodeviz can serve? The tables are brought up to date, and the static files are collected if they have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import django
from django.contrib.staticfiles import finders
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrations_pending() -> bool:
    """Raises django.db.DatabaseError."""
    executor = MigrationExecutor(connection)
    pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    connection.close()
    return pending


def stale_static_files(root: Path) -> Stamp | None:
    """What to leave behind once they are collected anew; None if they need not be. The stamp lies among the files, and goes when they are deleted."""
    stamp = Stamp(path=root / "stamp", content=fingerprint(source_files()))
    return None if stamp.is_there() else stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Says from which sources the collected files were made."""

    path: Path
    content: str

    def is_there(self) -> bool:
        """The collected files are those of these sources."""
        return self.path.is_file() and self.path.read_text() == self.content

    def leave(self) -> None:
        """They are now."""
        self.path.write_text(self.content)


def source_files() -> list[tuple[str, Path]]:
    """Every static file under its public name."""
    return sorted((name, Path(storage.path(name))) for finder in finders.get_finders() for name, storage in finder.list([]))


def fingerprint(files: Iterable[tuple[str, Path]]) -> str:
    """Changes with every change of a file, or of what makes the collected files out of them."""
    digest = hashlib.sha256(django.__version__.encode())
    for name, path in files:
        status = path.stat()
        digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
