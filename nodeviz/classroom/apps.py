from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    name = "nodeviz.classroom"
    default_auto_field = "django.db.models.BigAutoField"
