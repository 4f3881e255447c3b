"""`python -m deploy.dependencies.sbom [FILE]` writes a bill of materials in the form of CycloneDX 1.6."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from deploy.dependencies.licences import BUNDLES, expression
from deploy.dependencies.locks import ROOT, Package, packages


def bill() -> dict[str, Any]:
    """The same for the same locks, so that two can be compared: it has no number and no time of its own."""
    product = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    itself = {
        "type": "application",
        "bom-ref": "product",
        "name": product["name"],
        "version": product["version"],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": itself},
        "components": [_component(package) for package in packages()],
    }


def _component(package: Package) -> dict[str, Any]:
    """What only our machines run is `excluded`. The hashes are those of all files that the lock takes."""
    group, _, name = package.name.rpartition("/")
    inside, why = BUNDLES.get(package.name, (set[str](), ""))
    named = [{"name": "bundles", "value": f"{', '.join(sorted(inside))}: {why}"}] if inside else []
    return {
        "type": "library",
        "bom-ref": package.purl,
        "purl": package.purl,
        **({"group": group} if group else {}),
        "name": name,
        "version": package.version,
        "scope": "required" if package.is_shipped else "excluded",
        "licenses": [{"expression": expression(package)}],
        "hashes": [{"alg": algorithm, "content": digest} for algorithm, digest in package.hashes],
        **({"properties": named} if named else {}),
    }


def main(arguments: list[str]) -> None:
    """Write it to the file that is named, or to standard output."""
    text = json.dumps(bill(), indent=1) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
