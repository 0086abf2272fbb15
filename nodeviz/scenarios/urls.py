"""Which address shows what a person hands in?"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from nodeviz.scenarios import advised, behaviors, book, fields, interventions, knobs, switch, views
from nodeviz.scenarios.models import ID_PATTERN


class ScenarioIdConverter(StringConverter):
    """What `models.new_id` makes."""

    regex = ID_PATTERN


register_converter(ScenarioIdConverter, "scenario_id")

urlpatterns = [
    path("", views.new, name="new"),
    path("run", views.run, name="run"),
    path("check", views.check, name="check"),
    path("edit", switch.edit, name="edit"),
    path("behaviors", behaviors.behaviors, name="behaviors"),
    path("intervene", interventions.intervene, name="intervene"),
    path("book", book.book, name="book"),
    path("knobs", knobs.knobs, name="knobs"),
    path("follow", advised.follow, name="follow"),
    path("gates", switch.gates, name="gates"),
    path("fields", fields.fields, name="fields"),
    path("s/<scenario_id:scenario_id>.yaml", views.raw, name="scenario-yaml"),
]
