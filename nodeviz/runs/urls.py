"""Which address shows a run?"""

from django.urls import path

from nodeviz.runs import comparison, embeds, exports, owner, tries, views

urlpatterns = [
    path("try", tries.try_text, name="try"),
    path("p", views.private, name="private"),
    path("s/<scenario_id:scenario_id>", views.page, name="run-page"),
    path("s/<scenario_id:scenario_id>.jsonl", exports.trace, name="run-trace"),
    path("s/<scenario_id:scenario_id>.csv", exports.csv, name="run-csv"),
    path("s/<scenario_id:scenario_id>.perfetto.json", exports.perfetto, name="run-perfetto"),
    path("s/<scenario_id:scenario_id>.plotly.json", exports.plotly, name="run-plotly"),
    path("s/<scenario_id:scenario_id>.html", exports.html, name="run-html"),
    path("s/<scenario_id:scenario_id>/why", views.why, name="run-why"),
    path("e/<scenario_id:scenario_id>", embeds.embed, name="run-embed"),
    path("compare", comparison.compare, name="compare"),
    path("compare/<slug:name>", comparison.ready_made, name="ready-made-comparison"),
    path("oembed", embeds.oembed, name="oembed"),
    path("s/<scenario_id:scenario_id>/share", owner.share, name="run-share"),
    path("s/<scenario_id:scenario_id>/delete", owner.delete, name="run-delete"),
    path("s/<scenario_id:scenario_id>/cancel", owner.cancel, name="run-cancel"),
]
