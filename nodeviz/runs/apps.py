from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "nodeviz.runs"
    default_auto_field = "django.db.models.BigAutoField"
