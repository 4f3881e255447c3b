"""The simulator's own pages: a shell, a page inside it, and static files. They talk to /control/."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from aiohttp import web
from aiohttp.typedefs import Handler

from simulator.face import Login
from simulator.simulator import SIMULATOR

FOLDER = Path(__file__).parent
PAGES = {"/": "Phones", "/status": "Status", "/numbers": "Numbers", "/faults": "Faults"}
POLICY = "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; form-action 'self'"


def add_routes(router: web.UrlDispatcher) -> None:
    shell = Template((FOLDER / "pages" / "shell.html").read_text(encoding="utf-8"))
    for path, title in PAGES.items():
        router.add_get(path, _page(shell, path, title))
    router.add_static("/static", FOLDER / "static")


def _page(shell: Template, path: str, title: str) -> Handler:
    content = (FOLDER / "pages" / f"{title.lower()}.html").read_text(encoding="utf-8")
    links = "".join(_link(other, name, here=other == path) for other, name in PAGES.items())

    async def show(request: web.Request) -> web.StreamResponse:
        logins = [(code, face.login()) for code, face in request.app[SIMULATOR].faces.items()]
        html = shell.substitute(
            title=title,
            links=links,
            content=content,
            script=f"/static/{title.lower()}.js",
            logins="".join(_login(code, login) for code, login in logins if login),
        )
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    return show


def _link(path: str, name: str, *, here: bool) -> str:
    current = ' aria-current="page"' if here else ""
    return f'<a href="{path}"{current}>{name}</a>'


def _login(code: str, login: Login) -> str:
    return "".join(
        f"<dt>{escape(login.name)}: {escape(label)}</dt>"
        f'<dd><code id="{code}-{name}">{escape(value)}</code>'
        f' <button type="button" data-copy="{code}-{name}"'
        f' aria-label="Copy {escape(login.name)} {escape(label)}">Copy</button></dd>'
        for name, label, value in login.fields
    )
