"""How do a person's documents become a scenario? YAML with places, Kubernetes' schemas, defaults and rules, workload controllers, the scenario document."""

from simulator.manifest.load import load

__all__ = ["load"]
