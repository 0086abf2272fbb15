"""Which names does Kubernetes make up, and what are they here?

Real ones are random; here they come from the seed, so that a run can be repeated. apimachinery/pkg/util/rand (1.36).
"""

from __future__ import annotations

import hashlib

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""No vowels, so that no words come about; apimachinery's own choice."""
_MAX_GENERATED = 63
SUFFIX_LENGTH = 5
HASH_LENGTH = 10


def _digest(*parts: object) -> bytes:
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=16).digest()


def _letters(length: int, *parts: object) -> str:
    number = int.from_bytes(_digest(*parts))
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def generated(base: str, seed: int, *parts: object) -> str:
    """`generateName`: the base, cut where the name would be too long, and five letters."""
    return base[: _MAX_GENERATED - SUFFIX_LENGTH] + _letters(SUFFIX_LENGTH, "suffix", seed, base, *parts)


def template_hash(template: str) -> str:
    """The label pod-template-hash of a Deployment's ReplicaSet: ten letters that change with the template."""
    return _letters(HASH_LENGTH, "template", template)


def uid(seed: int, *parts: object) -> str:
    """An object's uid, shaped like a random UUID."""
    raw = bytearray(_digest("uid", seed, *parts))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
