"""What does a link stand for? The texts that somebody pressed Run on, for ever as they were then."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.db import models
from django.urls import reverse

import simulator
from nodeviz.scenarios.documents import MAX_TITLE_CHARACTERS, Document, joined

ID_BYTES = 8
"""64 random bits are 11 characters of base64url. Random and not a hash of the content, so that nobody can ask whether a text that they know was put in."""


ID_PATTERN = "[A-Za-z0-9_][A-Za-z0-9_-]{10}"


def new_id() -> str:
    """11 characters that nobody guesses; never a leading `-`, which command lines would take for an option."""
    while (candidate := secrets.token_urlsafe(ID_BYTES)).startswith("-"):
        pass
    return candidate


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    """Looking up by link."""

    def linked(self, scenario_id: str) -> Scenario | None:
        """By an id that a stranger wrote; None for anything that is none."""
        return self.filter(pk=scenario_id).first() if re.fullmatch(ID_PATTERN, scenario_id) else None


class Scenario(models.Model):
    """All inputs of a run, under an unguessable link. Never changed: an edit makes another one that remembers its parent."""

    id = models.CharField(primary_key=True, max_length=11, default=new_id, editable=False)
    files = models.JSONField()
    """`[{"name": …, "text": …}, …]`, as `simulator.load` takes them."""
    title = models.CharField(max_length=MAX_TITLE_CHARACTERS)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks")
    created = models.DateTimeField(auto_now_add=True)
    simulator_version = models.CharField(max_length=40)
    """Of the simulator that first accepted it; runs carry their own."""

    objects = ScenarioQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.id} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises TypeError for a row that exists: a link shows tomorrow what it shows today."""
        if not self._state.adding:
            raise TypeError(f"scenario {self.id} is immutable")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("run-page", args=[self.id])

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files as values."""
        return tuple(Document(name=file["name"], content=file["text"]) for file in self.files)

    @property
    def text(self) -> str:
        """All files as one, as the editor shows them."""
        return joined(self.documents).text

    def loaded(self) -> simulator.Scenario:
        """What the simulator makes of it. Raises simulator.ManifestError where this version refuses what an older one took."""
        return simulator.load({file["name"]: file["text"] for file in self.files})
