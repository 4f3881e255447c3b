import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")

app = Celery("pbx_messaging")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
