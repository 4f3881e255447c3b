"""Recordings that browsers don't play as MP3 or MP4; runs in the process of `__main__` only."""

from io import BytesIO
from typing import Any

import av

from sessions.media.pictures.making import Refused

LONGEST_SIDE = 640  # pixels
SOUND_RATE = 24_000  # samples a second: voices
FRAMES_MOST = 30  # a second


READERS = {b"#!AMR": "amr"}  # by the first bytes; all else is of the ISO base media format
# Phones write for these.
DECODERS = {"amrnb", "amrwb", "aac", "h263", "h264", "hevc", "mpeg4", "pcm_s16be", "pcm_s16le"}


def played(content: bytes, *, most_bytes: int) -> tuple[bytes, str]:
    """What all browsers play, and its type. Raises `Refused`."""
    made = BytesIO()
    try:
        reader = READERS.get(content[:5], "mov")
        with av.open(BytesIO(content), format=reader) as given:
            has_picture = bool(given.streams.video)
            with av.open(made, "w", format="mp4" if has_picture else "mp3") as into:
                _convert(given, into)
    except (av.FFmpegError, ValueError, StopIteration) as error:
        raise Refused("unreadable") from error
    if len(made.getvalue()) > most_bytes:
        raise Refused("too_large")
    return made.getvalue(), "video/mp4" if has_picture else "audio/mpeg"


def _convert(given: Any, into: Any) -> None:
    ways: dict[Any, _Pictures | _Sound] = {}
    if given.streams.video:
        stream = given.streams.video[0]
        ways[stream] = _Pictures(stream, into, rotation=next(given.decode(stream)).rotation)
        given.seek(0)
    if given.streams.audio:
        stream = given.streams.audio[0]
        ways[stream] = _Sound(into, codec="aac" if ways else "libmp3lame")
    if not ways:
        raise Refused("unreadable")
    if any(stream.codec_context.codec.name not in DECODERS for stream in ways):
        raise Refused("unreadable")
    for packet in given.demux(*ways):
        for frame in packet.decode():
            into.mux(ways[packet.stream].encoded(frame))
    for way in ways.values():
        into.mux(way.encoded(None))


class _Pictures:
    def __init__(self, stream: Any, into: Any, *, rotation: int) -> None:
        scale = min(1.0, LONGEST_SIDE / max(stream.width, stream.height))
        self._size = {  # H.264 wants even numbers
            "width": max(2, round(stream.width * scale / 2) * 2),
            "height": max(2, round(stream.height * scale / 2) * 2),
        }
        rate = min(round(stream.average_rate or FRAMES_MOST) or 1, FRAMES_MOST)
        self._stream = into.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "28"})
        self._stream.width, self._stream.height = self._size["width"], self._size["height"]
        self._stream.pix_fmt = "yuv420p"
        self._stream.thread_count = 1
        self._stream.set_display_rotation(rotation)  # how the phone was held

    def encoded(self, frame: Any) -> Any:
        """None for what is still held back."""
        return self._stream.encode(frame and frame.reformat(**self._size, format="yuv420p"))


class _Sound:
    def __init__(self, into: Any, *, codec: str) -> None:
        self._stream = into.add_stream(codec, rate=SOUND_RATE, layout="mono")
        self._stream.bit_rate = 48_000
        self._resampler = av.AudioResampler(self._stream.format, "mono", SOUND_RATE)

    def encoded(self, frame: Any) -> Any:
        resampled = self._resampler.resample(frame)
        packets = [packet for one in resampled for packet in self._stream.encode(one)]
        return packets if frame else [*packets, *self._stream.encode(None)]
