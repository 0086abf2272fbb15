from importlib import import_module

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "nodeviz.runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What viewers cost is among the metrics. Imported late, because models are not loaded when this module is."""
        import_module("nodeviz.metrics").tell(import_module("nodeviz.runs.feed").gauges)
