"""Which address shows a run?"""

from django.urls import path

from nodeviz.runs import views

urlpatterns = [
    path("p", views.private, name="private"),
    path("s/<scenario_id:scenario_id>", views.page, name="run-page"),
    path("s/<scenario_id:scenario_id>.jsonl", views.trace, name="run-trace"),
    path("s/<scenario_id:scenario_id>/why", views.why, name="run-why"),
]
