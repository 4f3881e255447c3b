"""The real nginx with the files of deploy/nginx, in front of a stack's web and stream processes."""

import os
import shutil
import subprocess
from pathlib import Path

from pbx_messaging.embedded.children import Child
from pbx_messaging.processes.process import Process
from tests.servers import ROOT

FILES = ROOT / "deploy" / "nginx"
MAIN = """\
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
{user}
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
"""


def program() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "no nginx is installed (on Debian: apt-get install nginx-light)"
    return found


def configure(folder: Path, certificate: tuple[Path, Path], ports: dict[str, int]) -> list[str]:
    """The command of an nginx with our files; `ports` are those to stand for "80", "443", "8000", "8001"."""
    (folder / "conf.d").mkdir(parents=True)
    (folder / "snippets").mkdir()
    shutil.copy(FILES / "locations.conf", folder / "snippets" / "pbx-messaging.conf")
    text = (FILES / "pbx-messaging.conf").read_text()
    live = "/etc/letsencrypt/live/pbx.example.com"
    changes = {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{ports['80']};",
        "listen 443 ssl": f"listen 127.0.0.1:{ports['443']} ssl",
        "127.0.0.1:8000": f"127.0.0.1:{ports['8000']}",
        "127.0.0.1:8001": f"127.0.0.1:{ports['8001']}",
        f"{live}/fullchain.pem": str(certificate[0]),
        f"{live}/privkey.pem": str(certificate[1]),
        "include snippets/": f"include {folder}/snippets/",
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "conf.d" / "pbx-messaging.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""))
    return [program(), "-p", str(folder), "-e", "stderr", "-c", str(main)]


def judged(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """What `nginx -t` says."""
    return subprocess.run([*command, "-t"], capture_output=True, text=True)


def child(command: list[str], folder: Path) -> Child:
    """Not yet started."""
    return Child(Process("nginx", command), os.environ, folder / "nginx.log", ROOT)
