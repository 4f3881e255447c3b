"""`python -m deploy.dependencies.advisories` fails if something is known against what the locks name.

It asks OSV (osv.dev), which knows the advisories of PyPI and npm, in one call. Without a network:
`--dump FOLDER` with OSV's own files, PyPI.zip and npm.zip, fetched elsewhere.
Each time it says how new its knowledge is.
"""

import argparse
import datetime
import json
import sys
import urllib.request
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from deploy.dependencies.locks import Package, packages

OSV_URL = "https://api.osv.dev"
ANSWERS_S = 30
NAMES = {"pypi": "PyPI", "npm": "npm"}


def ask(url: str, asked: list[Package]) -> dict[str, list[str]]:
    """The numbers of what is known against each, by purl. Raises OSError."""
    found: dict[str, list[str]] = defaultdict(list)
    queries = [
        {"package": {"name": one.name, "ecosystem": NAMES[one.ecosystem]}, "version": one.version}
        for one in asked
    ]
    body = json.dumps({"queries": queries}).encode()
    call = urllib.request.Request(f"{url}/v1/querybatch", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(call, timeout=ANSWERS_S) as answer:  # noqa: S310  OSV's, or the caller's
        results = json.load(answer)["results"]
    for one, result in zip(asked, results, strict=True):
        for known in result.get("vulns", []):
            found[one.purl].append(known["id"])
    return found


def look_up(folder: Path, asked: list[Package]) -> tuple[dict[str, list[str]], str]:
    """The same by OSV's files, with the time of the newest advisory in them. Raises OSError."""
    found, newest = defaultdict[str, list[str]](list), ""
    wanted = {(NAMES[one.ecosystem], one.name): one for one in asked}
    for ecosystem in sorted({NAMES[one.ecosystem] for one in asked}):
        for advisory in _advisories(folder / f"{ecosystem}.zip"):
            newest = max(newest, advisory.get("modified", ""))
            for affected in [] if "withdrawn" in advisory else advisory.get("affected", []):
                package = affected.get("package", {})
                one = wanted.get((package.get("ecosystem", ""), package.get("name", "").lower()))
                if one and is_affected(one.version, affected):
                    found[one.purl].append(advisory["id"])
    return found, newest


def _advisories(archive: Path) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            yield json.loads(opened.read(name))


def is_affected(version: str, affected: dict[str, Any]) -> bool:
    """By OSV's rules: the version is listed, or lies in one of the ranges."""
    if version in affected.get("versions", []):
        return True
    return any(
        _is_within(version, one["events"])
        for one in affected.get("ranges", [])
        if one.get("type") in {"ECOSYSTEM", "SEMVER"}
    )


def _is_within(version: str, events: list[dict[str, str]]) -> bool:
    """The events are in order: each begins what is affected, or ends it."""
    try:
        is_in, asked = False, Version(version)
        for event in events:
            ((kind, bound),) = event.items()
            if kind == "introduced" and (bound == "0" or asked >= Version(bound)):
                is_in = True
            if (kind == "fixed" and asked >= Version(bound)) or (
                kind == "last_affected" and asked > Version(bound)
            ):
                is_in = False
    except InvalidVersion:
        return True  # rather one too many
    return is_in


def main(arguments: list[str]) -> int:
    """0: nothing is known. 1: something is. 2: nobody could be asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dump", type=Path, help="a folder with OSV's PyPI.zip and npm.zip")
    parser.add_argument("--url", default=OSV_URL)
    options = parser.parse_args(arguments)
    asked = packages()
    try:
        if options.dump:
            found, as_of = look_up(options.dump, asked)
        else:
            found, as_of = ask(options.url, asked), datetime.datetime.now(datetime.UTC).isoformat()
    except OSError as error:
        sys.stdout.write(
            f"Not known: OSV could not be asked ({error}). Elsewhere fetch its files for --dump.\n"
        )
        return 2
    sys.stdout.writelines(
        f"{purl}: {', '.join(sorted(numbers))}\n" for purl, numbers in sorted(found.items())
    )
    sys.stdout.write(f"{len(asked)} packages, {len(found)} with advisories, as of {as_of[:10]}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
