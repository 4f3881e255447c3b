"""A small reverse proxy in Caddy's place: /events/ to the stream process, all else to the web process.

`python -m tests.proxy PORT WEB_PORT STREAM_PORT`. Answers are passed on as they come, unbuffered.
"""

import sys

import aiohttp
from aiohttp import web

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"}


def forwarding(web_port: int, stream_port: int) -> web.Application:
    """The application."""

    async def forward(request: web.Request) -> web.StreamResponse:
        port = stream_port if request.path.startswith("/events/") else web_port
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            async with sessions[port].request(
                request.method,
                f"http://127.0.0.1:{port}{request.raw_path}",
                headers=headers,
                data=await request.read() or None,
                allow_redirects=False,
            ) as upstream:
                return await _pass_on(request, upstream)
        except aiohttp.ClientConnectionError:
            return web.Response(status=502, text="The process behind the proxy does not answer.")

    async def open_sessions(app: web.Application) -> None:
        for port in (web_port, stream_port):
            sessions[port] = aiohttp.ClientSession(
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
            )

    sessions: dict[int, aiohttp.ClientSession] = {}
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.on_startup.append(open_sessions)
    app.router.add_route("*", "/{path:.*}", forward)
    return app


async def _pass_on(request: web.Request, upstream: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=upstream.status)
    for name, value in upstream.headers.items():
        if name.lower() not in HOP_BY_HOP:
            response.headers.add(name, value)
    await response.prepare(request)
    async for chunk in upstream.content.iter_any():
        await response.write(chunk)
    await response.write_eof()
    return response


if __name__ == "__main__":
    port, web_port, stream_port = (int(argument) for argument in sys.argv[1:4])
    web.run_app(
        forwarding(web_port, stream_port), host="127.0.0.1", port=port, print=None, shutdown_timeout=0.5
    )
