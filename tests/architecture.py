"""Which way may imports point, and what may a simulator not ask for? The rules of ARCHITECTURE.md as tables, and functions that find what breaks them.

Every function takes source text, so that the checker itself can be tested on a planted fault.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# -- the layers of simulator/ ------------------------------------------------------------------------------------------------------

FOLDERS = frozenset({"engine", "shell", "runtime", "kubelet", "controllers", "manifest", "advice"})
"""Each is a layer of its own name."""

MODULES: Mapping[str, str] = {
    "__init__": "entry",
    "__main__": "entry",
    "knobs": "entry",
    "simulation": "wiring",
    "apiserver": "wiring",
    "actions": "wiring",
    "container_behaviors": "wiring",
    "formats": "showing",
    "kubectl": "showing",
    "verdict": "showing",
    "critical_path": "showing",
    "facts": "showing",
    "outcomes": "showing",
    "reports": "entry",
}
"""Single modules that are no values; all others are."""

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "values": frozenset(),
    "manifest": frozenset({"values"}),
    "engine": frozenset({"values"}),
    "shell": frozenset({"values", "engine"}),
    "runtime": frozenset({"values", "engine", "shell"}),
    "kubelet": frozenset({"values", "engine", "runtime"}),
    "controllers": frozenset({"values", "engine", "kubelet"}),
    "advice": frozenset({"values"}),
    "showing": frozenset({"values"}),
    "wiring": frozenset({"values", "engine", "shell", "runtime", "kubelet", "controllers"}),
    "entry": frozenset({"values", "manifest", "advice", "showing", "wiring"}),
}
"""Besides itself."""

# -- inside kubelet/ ---------------------------------------------------------------------------------------------------------------

KUBELET_RULES = frozenset(
    {
        "admission",
        "backoff",
        "events",
        "eviction_ranking",
        "eviction_thresholds",
        "image_gc_policy",
        "image_pull_records",
        "pod_actions",
        "restart",
        "status",
        "termination",
        "userns",
    },
)
"""Pure: whoever is in kubelet/ may ask them."""

KUBELET_EDGES: Mapping[str, frozenset[str]] = {
    "image_manager": frozenset({"puller"}),
    "kuberuntime": frozenset({"image_manager", "lifecycle", "pod_manager"}),
    "node_shutdown": frozenset({"kubelet", "pod_worker"}),
    "pod_worker": frozenset({"kuberuntime", "pod_manager"}),
    "pressure": frozenset({"eviction", "image_gc_manager", "local_storage", "nodestatus", "pod_manager", "stats"}),
    "prober": frozenset({"pod_manager", "status_manager"}),
    "stats": frozenset({"pod_manager"}),
    "status_manager": frozenset({"pod_manager"}),
}
"""What carries out may ask these besides the rules. `kubelet` wires, and may ask all."""

# -- what a simulator may not ask for ----------------------------------------------------------------------------------------------

LIBRARIES: Mapping[str, frozenset[str]] = {
    "yaml": frozenset({"manifest"}),
    "jsonschema": frozenset({"manifest"}),
    "kubernetes_validate": frozenset({"manifest"}),
    "cronsim": frozenset({"values"}),
    "tree_sitter": frozenset({"shell"}),
    "tree_sitter_bash": frozenset({"shell"}),
    "msgspec": frozenset({"values", "showing"}),
}
"""Third-party packages, and the layers that may use each."""

WORLD = frozenset(
    """asyncio concurrent ctypes email fcntl ftplib getpass glob http locale logging marshal mmap multiprocessing os pickle platform queue random sched
    secrets select selectors shelve shutil signal smtplib socket sqlite3 ssl subprocess tempfile threading time urllib uuid webbrowser zoneinfo""".split()  # noqa: SIM905
)
"""Standard modules that give another answer tomorrow, reach outside, or run something beside the agenda."""

MAY_KNOW: Mapping[str, tuple[str, ...]] = {
    "nodeviz.classroom": ("nodeviz.classroom", "nodeviz.api", "nodeviz.routing", "nodeviz.urls"),
    "nodeviz.api": ("nodeviz.api", "nodeviz.urls"),
}
"""What stands above scenarios and runs, and the modules and folders of nodeviz that may import it."""

BANNED_CALLS = frozenset({"print", "input", "id", "hash", "open"})
"""Built-ins that speak to the outside, or differ from process to process."""

BANNED_METHODS = frozenset({"now", "today", "utcnow"})
"""How `datetime` asks for the time of day; what it says of a given moment is welcome."""

MAY_SPEAK = frozenset({"simulator.__main__"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module; for `from m import n` both may be meant, so `names` are kept."""

    module: str
    names: tuple[str, ...]
    line: int
    inner: bool
    """Inside a function: a cycle in disguise."""


def imports_of(source: str) -> Iterator[Import]:
    """All of them, wherever they stand. A relative one shows as a module that begins with a dot."""
    tree = ast.parse(source)
    inner = {node for function in ast.walk(tree) if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module=alias.name, names=(), line=node.lineno, inner=node in inner)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield Import(module=module, names=tuple(alias.name for alias in node.names), line=node.lineno, inner=node in inner)


def layer_of(module: str) -> str:
    """`simulator.kubelet.pleg` is in the layer `kubelet`."""
    parts = module.split(".")
    first = parts[1] if len(parts) > 1 else "__init__"
    return first if first in FOLDERS else MODULES.get(first, "values")


def simulator_faults(module: str, source: str) -> list[str]:
    """Everything in this module of simulator/ that breaks a rule, a sentence each."""
    faults = [fault for found in imports_of(source) for fault in _import_faults(module, found)]
    return [f"{module}:{fault}" for fault in [*faults, *_call_faults(module, source), *_set_faults(source)]]


def nodeviz_faults(module: str, source: str, *, public: frozenset[str]) -> list[str]:
    """The web side knows the simulator's public names, and no module of it."""
    faults = []
    for found in imports_of(source):
        if found.module.startswith("simulator."):
            faults.append(f"{module}:{found.line}: imports {found.module}, which is not for nodeviz")
        elif found.module == "simulator":
            faults += [f"{module}:{found.line}: imports simulator.{name}, which is not public" for name in found.names if name not in public]
    return faults


def nodeviz_layer_faults(module: str, source: str) -> list[str]:
    """`classroom` stands on scenarios and runs, `api` on all of them, and nothing stands on the two but what puts the installation together."""
    return [
        f"{module}:{found.line}: imports {target}, which is above it"
        for found in imports_of(source)
        for target in (found.module, *(f"{found.module}.{name}" for name in found.names))
        for above, may_know in MAY_KNOW.items()
        if target.startswith(above) and not module.startswith(may_know)
    ][:1]


def _import_faults(module: str, found: Import) -> Iterator[str]:
    if found.inner:
        yield f"{found.line}: imports {found.module} inside a function"
    if found.module.startswith("."):
        yield f"{found.line}: imports {found.module} by a relative name"
        return
    package = found.module.split(".")[0]
    if package == "simulator":
        for target in _targets(found):
            yield from _layer_faults(module, target, found.line)
    elif package in LIBRARIES:
        if layer_of(module) not in LIBRARIES[package]:
            yield f"{found.line}: imports {package}, which is for {', '.join(sorted(LIBRARIES[package]))}"
    elif package in WORLD:
        yield f"{found.line}: imports {package}, whose answers are not the scenario's"
    elif package not in sys.stdlib_module_names:
        yield f"{found.line}: imports {package}, which is not on the list"


def _targets(found: Import) -> list[str]:
    """`from simulator import units` and `from simulator.kubelet import backoff` mean modules too."""
    is_package = found.module == "simulator" or found.module.split(".")[-1] in FOLDERS
    return [f"{found.module}.{name}" for name in found.names] if is_package and found.names else [found.module]


def _layer_faults(module: str, target: str, line: int) -> Iterator[str]:
    here, there = layer_of(module), layer_of(target)
    if here != there and there not in MAY_IMPORT[here]:
        yield f"{line}: {here} may not import {there} ({target})"
    elif here == there == "kubelet":
        importer, imported = module.split(".")[-1], target.split(".")[2] if target.count(".") > 1 else ""
        allowed = KUBELET_RULES | KUBELET_EDGES.get(importer, frozenset())
        if importer in KUBELET_RULES:
            allowed = KUBELET_RULES
        if importer != "kubelet" and imported not in allowed:
            yield f"{line}: kubelet/{importer}.py may not import kubelet/{imported}.py"


def _call_faults(module: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BANNED_CALLS and module not in MAY_SPEAK:
            yield f"{node.lineno}: calls {node.func.id}()"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BANNED_METHODS:
            yield f"{node.lineno}: calls {node.func.attr}()"


def _set_faults(source: str) -> Iterator[str]:
    """The order of a set differs from process to process."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.For | ast.comprehension):
            walked = node.iter
            called = walked.func.id if isinstance(walked, ast.Call) and isinstance(walked.func, ast.Name) else ""
            if isinstance(walked, ast.Set | ast.SetComp) or called in ("set", "frozenset"):
                yield f"{walked.lineno}: iterates over a set; sort it first"
