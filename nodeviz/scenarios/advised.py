"""How does the text look with a piece of advice followed? For the button beside the advice."""

from __future__ import annotations

from django.utils.translation import gettext

import simulator
from nodeviz.scenarios.questions import Form, about_a_text

KINDS = ("ConfigMap", "Secret")


@about_a_text
def follow(text: str, form: Form) -> Form:
    """The text with the `advice` that `check` gave (`rule`, `line`, `column`, `object`), or why it has to be changed by hand."""
    advice = form.get("advice")
    return {"text": followed(text, advice if isinstance(advice, dict) else {})}


def followed(text: str, advice: Form) -> str:
    """Raises simulator.ManifestError for what no machine can do."""
    match advice.get("rule"):
        case "job-never-finishes" if isinstance(advice.get("line"), int) and isinstance(advice.get("column"), int):
            return simulator.with_native_sidecar(text, advice["line"], advice["column"])
        case "unknown-field":
            return simulator.with_lenient_validation(text)
        case "missing-object":
            kind, _, rest = str(advice.get("object", "")).partition("/")
            namespace, _, name = rest.partition("/")
            if kind in KINDS and simulator.is_subdomain(namespace) and simulator.is_subdomain(name):
                return simulator.with_object(text, kind, namespace, name)
    raise simulator.ManifestError([simulator.Problem(message=gettext("this advice has to be followed by hand"))])
