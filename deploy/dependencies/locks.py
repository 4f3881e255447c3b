"""What the locks name: each package with its version, its licence and the hashes of its files."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
# What reaches users, and what only our machines run.
SHIPPED = ("requirements.txt", "requirements-embedded.txt", "requirements-observe.txt", "package-lock.json")
OURS = ("requirements-dev.txt",)
NO_LICENCE = "unknown"
_LONG = 60  # a licence's name is shorter; some packages give its whole text instead


@dataclass(frozen=True, order=True)
class Package:
    """`ecosystem` is "pypi" or "npm"; `licence` is the package's own word, `hashes` of (algorithm, hex)."""

    ecosystem: str
    name: str
    version: str
    licence: str = NO_LICENCE
    is_shipped: bool = True
    hashes: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def purl(self) -> str:
        return f"pkg:{self.ecosystem}/{self.name.replace('@', '%40')}@{self.version}"


def packages() -> list[Package]:
    """Of all locks, each once: what is shipped too is shipped. Without what other systems need."""
    found: dict[str, Package] = {}
    for name in (*OURS, *SHIPPED):
        read = _npm if name.endswith(".json") else _pypi
        found |= {package.purl: package for package in read(ROOT / name, is_shipped=name in SHIPPED)}
    return sorted(found.values())


def _pypi(lock: Path, *, is_shipped: bool) -> Iterator[Package]:
    for entry in re.split(r"\n(?=\S)", lock.read_text()):
        first, *rest = entry.replace("\\\n", "\n").splitlines()
        wanted = Requirement(first.strip())
        if wanted.marker and not wanted.marker.evaluate():
            continue
        (version,) = (one.version for one in wanted.specifier)
        hashes = tuple(
            ("SHA-256", line.strip().removeprefix("--hash=sha256:")) for line in rest if line.strip()
        )
        name = canonicalize_name(wanted.name)
        yield Package("pypi", name, version, _said(name), is_shipped, hashes)


def _said(name: str) -> str:
    """By the installed package, in the newest of the three ways that there are."""
    try:
        about = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return NO_LICENCE
    classes = [
        one.rpartition(" :: ")[2] for one in about.get("classifier", []) if one.startswith("License ::")
    ]
    told = str(about.get("license", ""))
    short = told if len(told) < _LONG and "\n" not in told else ""
    return str(about.get("license_expression", "")) or short or " AND ".join(classes) or NO_LICENCE


def _npm(lock: Path, *, is_shipped: bool) -> Iterator[Package]:
    for path, about in json.loads(lock.read_text())["packages"].items():
        if path:
            name, integrity = path.rpartition("node_modules/")[2], about.get("integrity", "")
            algorithm, _, digest = integrity.partition("-")
            hashes = ((algorithm.replace("sha", "SHA-"), base64.b64decode(digest).hex()),) if digest else ()
            licence = about.get("license", NO_LICENCE)
            shipped = is_shipped and not about.get("dev", False)
            yield Package("npm", name, about["version"], licence, shipped, hashes)
