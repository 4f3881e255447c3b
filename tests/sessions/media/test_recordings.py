"""Voice messages and films of phones that browsers don't play: shown as MP3 and MP4, kept as they came."""

import io
import math
from array import array
from collections.abc import Callable
from typing import Any

import av
import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions.media import fetching
from sessions.media.pictures.fitting import NotFitted, played
from sessions.models import Attachment
from tests.factories import Road
from tests.servers import Simulator
from tests.sessions.media.test_fetching import account, own_road, sent_picture
from tests.walking import log_in

__all__ = ["account", "own_road"]

FRAME = 160  # samples of AMR, a fiftieth of a second


def voice(seconds: int = 2) -> bytes:
    return _recorded("amr", seconds)


def film(seconds: int = 2, kind: str = "3gp", codec: str = "h263", rotation: int = 0) -> bytes:
    return _recorded(kind, seconds, codec=codec, rotation=rotation)


def _recorded(kind: str, seconds: int, *, codec: str = "", rotation: int = 0) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format=kind) as into:
        film: Any = into.add_stream(codec, rate=15) if codec else None
        sound: Any = into.add_stream("libopencore_amrnb", rate=8000, layout="mono")
        if film:
            film.width, film.height, film.pix_fmt = 176, 144, "yuv420p"
            film.set_display_rotation(rotation)
        sound.bit_rate = 12_200
        for number in range(15 * seconds if film else 0):
            picture = av.VideoFrame(176, 144, "yuv420p")
            for plane in picture.planes:
                plane.update(bytes([8 * number % 256]) * plane.buffer_size)
            picture.pts = number
            into.mux(film.encode(picture))
        for number in range(50 * seconds):
            into.mux(sound.encode(_tone(number)))
        for stream in filter(None, (film, sound)):
            into.mux(stream.encode(None))
    return made.getvalue()


def _tone(number: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
    samples = (8_000 * math.sin((number * FRAME + at) * 0.35) for at in range(FRAME))
    frame.planes[0].update(array("h", map(int, samples)).tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts = 8_000, number * FRAME
    return frame


def told(content: bytes) -> tuple[set[str], int]:
    """The codecs of a recording, and its seconds."""
    with av.open(io.BytesIO(content), "r") as given:
        return {one.codec_context.codec.name for one in given.streams}, round(
            (given.duration or 0) / 1_000_000
        )


def test_voice_message_becomes_mp3() -> None:
    made = played(ContentFile(voice(3)))
    assert (made.content_type, told(made.content)) == ("audio/mpeg", ({"mp3float"}, 3))


@pytest.mark.parametrize(("kind", "codec"), [("3gp", "h263"), ("3gp", "mpeg4"), ("mov", "libx264")])
@pytest.mark.parametrize("rotation", [0, 90, -90])
def test_film_becomes_mp4_as_the_phone_was_held(kind: str, codec: str, rotation: int) -> None:
    made = played(ContentFile(film(2, kind, codec, rotation)))
    assert (made.content_type, told(made.content)) == ("video/mp4", ({"h264", "aac"}, 2))
    with av.open(io.BytesIO(made.content), "r") as given:
        assert next(given.decode(video=0)).rotation == rotation


@pytest.mark.parametrize(
    "content",
    [
        b"#!AMR",
        b"#!AMR\n" + b"\0" * 10,
        b"\0\0\0\x18ftyp3gp4" + b"\xff" * 500,
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/secret\n",  # a list of other files is none of these
    ],
)
def test_what_is_broken_or_something_else_is_only_downloaded(content: bytes) -> None:
    with pytest.raises(NotFitted):
        played(ContentFile(content))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "kind", "content_type", "tag"),
    [(voice, "audio/amr", "audio/mpeg", "audio"), (film, "video/3gpp", "video/mp4", "video")],
)
def test_inbound_recording_is_played_in_the_thread_and_kept_as_it_came(
    client: Any,
    simulator: Simulator,
    account: dict[str, Any],
    own_road: Road,
    agents: list[Extension],
    make: Callable[[], bytes],
    kind: str,
    content_type: str,
    tag: str,
) -> None:
    content = make()
    attachment = sent_picture(client, simulator, account, own_road, content=content)
    assert fetching.fetch_due() == 1
    attachment.refresh_from_db()
    assert (attachment.content_type, attachment.file.read()) == (kind, content)
    client.force_login(agents[0].user)
    address = f"/inbox/attachments/{attachment.pk}/"
    page = client.get(f"/inbox/{attachment.message.session_id}/").content.decode()
    shown = page.partition(f"<{tag} ")[2].partition(">")[0]
    assert f'src="{address}preview/"' in shown
    assert "Download the original" in page
    assert client.get(f"{address}preview/")["Content-Type"] == content_type
    assert b"".join(client.get(address).streaming_content) == content


@pytest.mark.once
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_browser_plays_a_voice_message(
    client: Any,
    simulator: Simulator,
    account: dict[str, Any],
    own_road: Road,
    agents: list[Extension],
    live_server: LiveServer,
    new_page: Callable[..., Page],
) -> None:
    sent_picture(client, simulator, account, own_road, content=voice(2))
    fetching.fetch_due()
    session = Attachment.objects.get().message.session_id
    page = log_in(new_page(), live_server.url, "agent1001", "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/{session}/")
    seconds = page.locator("audio").evaluate(
        """(audio) => new Promise((tell, fail) => {
             audio.onloadedmetadata = () => tell(audio.duration);
             audio.onerror = () => fail(audio.error);
             audio.load(); audio.preload = "metadata";
           })"""
    )
    assert 1.9 < seconds < 2.2
