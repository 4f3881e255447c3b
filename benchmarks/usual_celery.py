"""The usual way to keep a rate: a Celery task per text with Celery's own rate_limit.

`celery -A benchmarks.usual_celery worker` is its worker. Knows nothing of the product.
"""

import os

import requests
from celery import Celery

FROM = "+14155550100"

app = Celery("usual", broker=os.environ.get("USUAL_BROKER"))
app.conf.task_ignore_result = True


@app.task(rate_limit=os.environ.get("USUAL_RATE"))
def send(url: str, account: str, token: str, number: int) -> None:
    """Hands one text to the ITSP."""
    fields = {"From": FROM, "To": f"+1201{number:07}", "Body": f"Text {number}"}
    requests.post(url, fields, auth=(account, token), timeout=30)
