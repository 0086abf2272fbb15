"""May the old release go on beside the new one's tables? A migration that takes away what the old one reads or writes would break it."""

from __future__ import annotations

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

DESTRUCTIVE = (migrations.DeleteModel, migrations.RemoveField, migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable, migrations.RunSQL)

OURS = ("scenarios", "runs", "classroom", "supervisor", "api")


def faults(name: str, operations: list[object]) -> list[str]:
    """What an old release would stumble over, a sentence each."""
    found = []
    new_models = {operation.name.lower() for operation in operations if isinstance(operation, migrations.CreateModel)}
    for operation in operations:
        if isinstance(operation, DESTRUCTIVE):
            found.append(f"{name}: {type(operation).__name__}: in this release only stop using it; take it away in the next one")
        elif isinstance(operation, migrations.AddField) and operation.model_name.lower() not in new_models and not may_be_left_out(operation.field):
            found.append(f"{name}: AddField {operation.name}: an old release inserts rows without it; null=True, or a db_default")
        elif isinstance(operation, migrations.AddConstraint) and not any(operation.model_name.lower() == model for model in new_models):
            found.append(f"{name}: AddConstraint {operation.constraint.name}: an old release may write what it forbids")
        elif isinstance(operation, migrations.AlterField) and not operation.field.null:
            found.append(f"{name}: AlterField {operation.name}: an old release may write what it forbids")
        elif isinstance(operation, migrations.RunPython) and operation.reverse_code is None:
            found.append(f"{name}: RunPython without a way back")
    return found


def may_be_left_out(field: models.Field) -> bool:
    """Does the database itself know what to write there?"""
    return field.null or field.has_db_default()


# Released in one piece, before any release could run beside it.
FIRST = frozenset({("scenarios", "0001_initial"), ("runs", "0001_initial"), ("scenarios", "0002_owner_and_expiry")})


@pytest.mark.django_db
def test_no_migration_breaks_the_release_before_it():
    loaded = MigrationLoader(connection).disk_migrations
    ours = {key: migration for key, migration in loaded.items() if key[0] in OURS and key not in FIRST}

    assert {("scenarios", "0003_blocked_text")} <= set(ours)
    assert [fault for (app, name), migration in sorted(ours.items()) for fault in faults(f"{app}.{name}", migration.operations)] == []


@pytest.mark.parametrize(
    ("operations", "count"),
    [
        pytest.param([migrations.RemoveField("run", "error")], 1, id="a column that is gone"),
        pytest.param([migrations.RenameField("run", "error", "why")], 1, id="a column of another name"),
        pytest.param([migrations.DeleteModel("Run")], 1, id="a table that is gone"),
        pytest.param([migrations.RunSQL("DROP TABLE x")], 1, id="anything in SQL"),
        pytest.param([migrations.AddField("run", "size", models.IntegerField(default=0))], 1, id="a column that only Django has a default for"),
        pytest.param([migrations.AddField("run", "size", models.IntegerField(null=True))], 0, id="a column that may be empty"),
        pytest.param([migrations.AddField("run", "size", models.IntegerField(db_default=0))], 0, id="a column with a default in the database"),
        pytest.param([migrations.AlterField("run", "error", models.CharField(max_length=3))], 1, id="a narrower column"),
        pytest.param([migrations.CreateModel("New", [("id", models.IntegerField(primary_key=True))])], 0, id="a new table"),
    ],
)
def test_what_breaks_it_is_found(operations, count):
    assert len(faults("runs.0099", operations)) == count
