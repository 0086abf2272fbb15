"""How many random examples do the tests of the simulator try? `--hypothesis-profile=explore` for many and ever new ones."""

from hypothesis import HealthCheck, settings

settings.register_profile("repeatable", max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", max_examples=3000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")
