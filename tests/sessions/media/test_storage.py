"""Attachments kept elsewhere than in a folder, as the environment says, by real processes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from routing.models import Extension
from sessions.models import Attachment
from tests import s3
from tests.factories import Road
from tests.installation import log_in
from tests.product import Stack
from tests.servers import Simulator
from tests.sessions.media.test_fetching import PNG, account, own_road, sent_picture
from tests.waiting import wait_until

__all__ = ["account", "own_road"]

pytestmark = [pytest.mark.once, pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.mark.long
def test_picture_is_kept_in_a_bucket_and_shown_from_there(
    client: Any,
    simulator: Simulator,
    account: dict[str, Any],
    own_road: Road,
    agents: list[Extension],
    start_stack: Callable[..., Stack],
) -> None:
    with s3.running() as bucket:
        options = {"bucket_name": "media", "endpoint_url": bucket.url, "region_name": "eu-central-1"}
        keys = {"access_key": s3.ACCESS_KEY, "secret_key": "secret"}
        stack = start_stack(
            MEDIA_STORAGE="storages.backends.s3.S3Storage", MEDIA_STORAGE_OPTIONS=json.dumps(options | keys)
        )
        picture = sent_picture(client, simulator, account, own_road)
        kept = Attachment.objects.filter(pk=picture.pk, state="stored")
        wait_until(kept.exists, timeout_s=30)
        assert (bucket.objects, bucket.refused) == ({f"/media/{kept.get().file.name}": PNG}, 0)
        browser = log_in(f"{stack.url}/", agents[0].user.username, "secret-of-the-agent")
        shown = browser.get(f"{stack.url}/inbox/attachments/{picture.pk}/", timeout=10)
    assert (shown.status_code, shown.headers["Content-Type"], shown.content) == (200, "image/png", PNG)
