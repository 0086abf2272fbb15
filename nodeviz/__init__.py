"""The web side of nodeviz: scenarios and their runs, in a browser."""

from nodeviz.celery import app as celery_app

__all__ = ["celery_app"]
