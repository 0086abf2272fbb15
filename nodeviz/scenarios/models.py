"""What does a link stand for? The texts that somebody pressed Run on, as they were then, for as long as the link is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

import simulator
from nodeviz.scenarios.documents import MAX_TITLE_CHARACTERS, Document, joined

ID_BYTES = 8
"""64 random bits are 11 characters of base64url. Random and not a hash of the content, so that nobody can ask whether a text that they know was put in."""


TOKEN_BYTES = 16
"""128 random bits: whoever has them may delete."""

OPENED_EVERY = timedelta(hours=1)
"""How exactly it is remembered when a link was opened last; a class that opens one together writes one row once."""

ID_PATTERN = "[A-Za-z0-9_][A-Za-z0-9_-]{10}"


def new_id() -> str:
    """11 characters that nobody guesses; never a leading `-`, which command lines would take for an option."""
    while (candidate := secrets.token_urlsafe(ID_BYTES)).startswith("-"):
        pass
    return candidate


def new_token() -> str:
    """What the owner of a link gets to delete it with. Only its hash is kept."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """A random token needs no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def fingerprint(text: str) -> str:
    """Of a text, however it is indented and broken into lines: the blanks of a copy differ."""
    return hashlib.sha256(" ".join(text.split()).encode(errors="surrogatepass")).hexdigest()


class TakenDown(simulator.ManifestError):
    """The operator has taken this text down, and it may not be stored again."""

    def __init__(self) -> None:
        super().__init__((simulator.Problem(message=gettext("this text was taken down by whoever runs this server, and is not stored again")),))


class BlockedText(models.Model):
    """A text that was taken down. Only its fingerprint is kept."""

    fingerprint = models.CharField(primary_key=True, max_length=64)
    reason = models.CharField(max_length=200, blank=True, default="")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.fingerprint} {self.reason}".rstrip()


def hold_blocked_texts(*, to_take_down: bool = False) -> None:
    """Until this transaction ends nobody blocks a text; `to_take_down`: nor stores one. So who looks for links to a blocked text finds all.

    SQLite's transactions come one after the other as they are.
    """
    if connection.vendor == "postgresql":
        mode = "SHARE ROW EXCLUSIVE" if to_take_down else "SHARE"
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(BlockedText._meta.db_table)} IN {mode} MODE")


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    """Looking up by link, and the two things that are written later: that somebody opened it, and that it was shared."""

    def linked(self, scenario_id: str) -> Scenario | None:
        """By an id that a stranger wrote; None for anything that is none."""
        return self.filter(pk=scenario_id).first() if re.fullmatch(ID_PATTERN, scenario_id) else None

    def opened(self, scenario: Scenario) -> None:
        """Somebody looks at it now."""
        now = timezone.now()
        if self.filter(models.Q(last_opened=None) | models.Q(last_opened__lt=now - OPENED_EVERY), pk=scenario.pk).update(last_opened=now):
            scenario.last_opened = now

    def share(self, scenario: Scenario) -> None:
        """It is kept from now on. Once is enough."""
        self.filter(pk=scenario.pk, shared=None).update(shared=timezone.now())

    def expired(self, now: datetime) -> ScenarioQuerySet:
        """Those that were not shared, and that nobody opened for long."""
        seen = self.filter(shared=None).annotate(seen=Coalesce("last_opened", "created"))
        return seen.filter(seen__lt=now - timedelta(days=settings.UNSHARED_DAYS))


class Scenario(models.Model):
    """All inputs of a run, under an unguessable link. What it says is never changed: an edit makes another one that remembers its parent."""

    id = models.CharField(primary_key=True, max_length=11, default=new_id, editable=False)
    files = models.JSONField()
    """`[{"name": …, "text": …}, …]`, as `simulator.load` takes them."""
    title = models.CharField(max_length=MAX_TITLE_CHARACTERS)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks")
    created = models.DateTimeField(auto_now_add=True)
    simulator_version = models.CharField(max_length=40)
    """Of the simulator that first accepted it; runs carry their own."""
    owner_sha256 = models.CharField(max_length=64, blank=True, default="", editable=False)
    """Hash of the token that deletes it; empty where nobody got one."""
    shared = models.DateTimeField(null=True, editable=False)
    """Somebody took its link along; it is kept from then on."""
    last_opened = models.DateTimeField(null=True, editable=False)
    """About when its page was last looked at; null if never."""

    objects = ScenarioQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.id} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises TypeError for a row that exists: a link shows tomorrow what it shows today. Raises TakenDown for a text that is blocked."""
        if not self._state.adding:
            raise TypeError(f"scenario {self.id} is immutable")
        with transaction.atomic():
            hold_blocked_texts()
            if BlockedText.objects.filter(pk=fingerprint(self.text)).exists():
                raise TakenDown
            super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("run-page", args=[self.id])

    @property
    def expires(self) -> datetime | None:
        """From then on it is deleted, if nobody opens or shares it before; None: it is kept."""
        return None if self.shared else (self.last_opened or self.created) + timedelta(days=settings.UNSHARED_DAYS)

    def belongs_to(self, token: str) -> bool:
        """Is that the owner's token? Takes as long for a wrong one as for the right one."""
        return secrets.compare_digest(hash_of(token), self.owner_sha256) and bool(self.owner_sha256)

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
