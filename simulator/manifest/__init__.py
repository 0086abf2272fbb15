"""How do a person's documents become a scenario? YAML with line numbers, Kubernetes' schema, defaults and validation, workload controllers, the scenario document."""

from simulator.manifest.load import load

__all__ = ["load"]
