"""How does a backup come back? Link by link, each whole or not at all; what is there already stays as it is."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from nodeviz.runs.backup import FORMAT, OF_BLOCKED, OF_RUN, OF_SCENARIO, fields
from nodeviz.runs.models import ArtefactFrame, Run, RunState
from nodeviz.scenarios.models import BlockedText, Scenario, TakenDown

Line = tuple[str, dict[str, Any]]


class Restorer:
    """Takes the lines of one backup. Running it again goes on where it ended."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.conflicts: list[str] = []
        """Links under which something else is stored here."""
        self._lines: Iterator[Line] = iter(())
        self._next: Line | None = None

    def take(self, lines: Iterator[Line]) -> None:
        """All of them. They must have been read to their end once, so that nothing of a damaged file is stored."""
        self._lines = lines
        self._step()
        while self._next:
            kind, values = self._next
            self._step()
            if kind == "blocked":
                self._block(values)
            elif kind == "scenario":
                with transaction.atomic():
                    self._link(values)
            elif kind != FORMAT:
                # Of a link that was skipped, or of a kind that only a newer nodeviz knows.
                continue

    def _step(self) -> None:
        self._next = next(self._lines, None)

    def _block(self, values: dict[str, Any]) -> None:
        given = fields(values, OF_BLOCKED, BlockedText)
        text, made = BlockedText.objects.get_or_create(pk=given.pop("fingerprint"), defaults=given)
        if made:
            BlockedText.objects.filter(pk=text.pk).update(**given)
            self.counts["blocked"] += 1

    def _link(self, values: dict[str, Any]) -> None:
        given = fields(values, OF_SCENARIO, Scenario)
        scenario = Scenario.objects.filter(pk=given["id"]).first()
        if scenario and scenario.files != given["files"]:
            self.conflicts.append(scenario.pk)
            return
        if scenario is None:
            try:
                scenario = self._stored(given, parent_id=values.get("parent"))
            except TakenDown:
                self.counts["taken down"] += 1
                return
        else:
            self.counts["already there"] += 1
        while self._next and self._next[0] == "run":
            run = self._next[1]
            self._step()
            self._run(scenario, run)

    def _stored(self, given: dict[str, Any], *, parent_id: str | None) -> Scenario:
        """A backup without the time of sharing is of the days when every link was kept."""
        given.setdefault("shared", given.get("created") or timezone.now())
        parent = Scenario.objects.filter(pk=parent_id).first() if parent_id else None
        created = given.pop("created", None)
        scenario = Scenario.objects.create(**given, parent=parent)
        if created:
            Scenario.objects.filter(pk=scenario.pk).update(created=created)
        self.counts["links"] += 1
        return scenario

    def _run(self, scenario: Scenario, values: dict[str, Any]) -> None:
        given = fields(values, OF_RUN, Run)
        if Run.objects.filter(scenario=scenario, simulator_version=given["simulator_version"]).exists():
            # Its frames are passed over, and not what comes behind them.
            while self._next and self._next[0] == "frame":
                self._step()
            return
        created = given.pop("created", None)
        run = Run.objects.create(scenario=scenario, state=RunState.FINISHED, lease_until=timezone.now(), **given)
        if created:
            Run.objects.filter(pk=run.pk).update(created=created)
        self.counts["runs"] += 1
        while self._next and self._next[0] == "frame":
            frame = self._next[1]
            self._step()
            ArtefactFrame.objects.create(run=run, first_seq=frame["first_seq"], next_seq=frame["next_seq"], packed=base64.b64decode(frame["packed"]))
