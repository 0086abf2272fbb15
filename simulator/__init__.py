"""A kubelet in virtual time: what will it do with this pod?

    scenario = simulator.load({"pods.yaml": text})      # raises ManifestError with every problem
    for record in simulator.simulate(scenario): ...     # the trace, in the contract's words

Pure: no I/O, no wall clock, no environment. Same scenario, seed and version give the same trace, byte for byte.
"""

from simulator import feature_gates, limits, versions
from simulator.addresses import pod_addresses
from simulator.advice.advice import Advice
from simulator.advice.explanations import EXPLANATIONS
from simulator.advice.formats import as_object as advice_object
from simulator.advice.lint import lint
from simulator.advice.places import field_places
from simulator.container_behaviors import container_behaviors
from simulator.errors import BrokenInvariant, ManifestError, NodevizError, Problem
from simulator.formats import csv_lines, perfetto_lines
from simulator.knobs import knobs_in, with_knob
from simulator.manifest.action_editing import actions_in, with_action, without_action
from simulator.manifest.behavior_editing import with_behavior
from simulator.manifest.behaviors import fields_of as behavior_fields
from simulator.manifest.editing import settings_of, with_settings
from simulator.manifest.field_table import field_table
from simulator.manifest.fixes import with_lenient_validation, with_native_sidecar, with_object
from simulator.manifest.load import Loaded, load, load_with_sources
from simulator.manifest.pod_specs import pod_specs
from simulator.manifest.pull_editing import with_parallel_pulls
from simulator.manifest.validation.names import is_subdomain
from simulator.scenario import Scenario
from simulator.simulation import simulate
from simulator.trace import encode
from simulator.verdict import PodVerdict, Verdict, verdict

VERSION = "0.1.0"
"""Of the simulator: traces of one version are identical, those of another may differ."""

__all__ = [
    "EXPLANATIONS",
    "VERSION",
    "Advice",
    "BrokenInvariant",
    "Loaded",
    "ManifestError",
    "NodevizError",
    "PodVerdict",
    "Problem",
    "Scenario",
    "Verdict",
    "actions_in",
    "advice_object",
    "behavior_fields",
    "container_behaviors",
    "csv_lines",
    "encode",
    "feature_gates",
    "field_places",
    "field_table",
    "is_subdomain",
    "knobs_in",
    "limits",
    "lint",
    "load",
    "load_with_sources",
    "perfetto_lines",
    "pod_addresses",
    "pod_specs",
    "settings_of",
    "simulate",
    "verdict",
    "versions",
    "with_action",
    "with_behavior",
    "with_knob",
    "with_lenient_validation",
    "with_native_sidecar",
    "with_object",
    "with_parallel_pulls",
    "with_settings",
    "without_action",
]
