"""Makes one picture or recording fit, in a process of its own: strangers' files are opened nowhere else.

`python -m sessions.media.pictures PURPOSE MOST_BYTES MOST_PIXELS MOST_MEMORY MOST_S`; the file comes on
standard input. Answers with a line of JSON (`content_type`; or `refused` and why), then what was made of it.
It knows no secret, ends by itself when it takes too much memory or time, and holds nobody up but who asked.
"""

import json
import resource
import signal
import sys

from sessions.media.pictures.making import Refused, make


def main(purpose: str, most_bytes: str, most_pixels: str, most_memory: str, most_s: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (int(most_memory), int(most_memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(most_s), int(most_s)))
    signal.alarm(2 * int(most_s))  # whoever asked may be gone
    content = b""
    try:
        given = sys.stdin.buffer.read()
        if purpose == "play":
            from sessions.media.pictures.playing import played  # noqa: PLC0415  it loads 100 MB

            content, content_type = played(given, most_bytes=int(most_bytes))
        else:
            is_preview = purpose == "preview"
            content, content_type = make(
                given, most_bytes=int(most_bytes), most_pixels=int(most_pixels), is_preview=is_preview
            )
        said = {"content_type": content_type}
    except Refused as refused:
        said = {"refused": refused.args[0]}
    except MemoryError:
        said = {"refused": "too_hard"}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + content)


if __name__ == "__main__":
    main(*sys.argv[1:])
