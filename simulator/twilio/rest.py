"""What the handlers of Twilio's REST API share: their door, and the posted form."""

from __future__ import annotations

from urllib.parse import parse_qs

from aiohttp import web

from simulator.door import door
from simulator.face import Asked

Form = dict[str, list[str]]

CODE = "twilio"
FORM = web.RequestKey("form", Form)

rest = door(CODE)


async def read_form(request: web.Request) -> Asked:
    """The handler finds the form at request[FORM]."""
    form = parse_qs(await request.text(), keep_blank_values=True) if request.can_read_body else {}
    request[FORM] = form
    return Asked(
        params={name: values if len(values) > 1 else values[0] for name, values in form.items()},
        sender=value(request, "From"),
        recipient=value(request, "To"),
        creates=request.method == "POST" and request.path.endswith("/Messages.json"),
    )


def value(request: web.Request, name: str) -> str:
    """A field of the posted form, empty when it is not given."""
    return request[FORM].get(name, [""])[-1]
