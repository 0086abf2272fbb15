from importlib import import_module

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "nodeviz.classroom"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What rooms say of themselves is on the page of metrics. Imported late, because models are not loaded when this module is."""
        import_module("nodeviz.metrics").tell(import_module("nodeviz.classroom.room_feed").gauges)
        import_module("nodeviz.metrics_page").show(import_module("nodeviz.classroom.room_metrics").of_rooms)
