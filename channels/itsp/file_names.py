"""What a server calls a file that it hands out: what a stranger's phone said, which nobody has made safe."""

import re
from email.message import Message
from urllib.parse import unquote_to_bytes

_EXTENDED = re.compile(r"filename\*\s*=\s*\"?([\w-]+)'[^']*'([^\s;\"]+)", re.IGNORECASE)  # RFC 5987


def told_name(disposition: str) -> str:
    """Of a Content-Disposition header; "" if it tells none."""
    if extended := _EXTENDED.search(disposition):
        try:
            return unquote_to_bytes(extended[2]).decode(extended[1], "replace")
        except (LookupError, ValueError):
            pass  # an encoding that nobody knows, or none of text; there may be a plain name, too
    header = Message()
    header["Content-Disposition"] = _EXTENDED.sub("x=x", " ".join(disposition.split()))
    return _decoded(header.get_filename() or "")


def _decoded(name: str) -> str:
    """Header lines come as Latin-1, though many write UTF-8 into them."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name
