"""Does the editor get the table of fields?"""

from __future__ import annotations

from django.test import Client

from nodeviz.scenarios.switch import page_config


def test_the_table_is_served_and_may_be_kept(client: Client) -> None:
    response = client.get("/fields")

    assert "livenessProbe" in response.json()["types"]["Container"]
    assert "max-age" in response["Cache-Control"]


def test_the_page_asks_for_the_table_of_its_own_simulator() -> None:
    assert page_config()["fields_url"].startswith("/fields?simulator=")


def test_nothing_can_be_posted_to_it(client: Client) -> None:
    assert client.post("/fields").status_code == 405
