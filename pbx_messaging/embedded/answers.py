"""What a real installation must be told once: its address, how TLS is done, who its first admin is."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pbx_messaging.embedded import folder
from pbx_messaging.embedded.options import Options
from pbx_messaging.embedded.problems import CannotStart
from pbx_messaging.embedded.screen import show

FILE = "run.env"
COMMENT = "What `make run` was told; edit it, or delete it to be asked again."
QUESTIONS = {  # and how to answer them without a terminal
    "PUBLIC_URL": (
        "Public address, such as https://pbx.example.com (ITSPs and browsers reach it by this)",
        "PUBLIC_URL=... or --public-url",
    ),
    "TLS_CERTIFICATE": (
        "Certificate file (PEM, full chain); empty if a tunnel or proxy speaks TLS for it",
        "TLS_CERTIFICATE=... or --certificate; or BEHIND_PROXY=yes or --proxy",
    ),
    "TLS_KEY": ("The certificate's private key file (PEM)", "TLS_KEY=... or --key"),
    "ADMIN_USERNAME": ("User name of the first admin", "ADMIN_USERNAME=... or --admin-username"),
    "ADMIN_EMAIL": ("E-mail address of the first admin", "ADMIN_EMAIL=... or --admin-email"),
    "ADMIN_PASSWORD": ("Password of the first admin", "ADMIN_PASSWORD=..."),
}


def answers_of(options: Options, ask: Callable[[str], str] = input) -> dict[str, str]:
    """Options first, then what was answered earlier, then the person; kept for the next start."""
    known = {**folder.read_values(options.data_dir / FILE), **_given(options)}
    if sys.stdin.isatty():
        _ask_for_missing(known, ask)
    elif missing := _missing(known, [] if options.admin_password else ["ADMIN_PASSWORD"]):
        lines = [f"  {QUESTIONS[name][0]}: {QUESTIONS[name][1]}" for name in missing]
        raise CannotStart("\n".join(["There is no terminal to ask at, and this is not known yet:", *lines]))
    _check(known)
    keep(options.data_dir, known)
    return known


def _ask_for_missing(known: dict[str, str], ask: Callable[[str], str]) -> None:
    while missing := _missing(known):
        name = missing[0]
        answer = ask(f"{QUESTIONS[name][0]}: ").strip()
        if name == "TLS_CERTIFICATE" and not answer:
            known["BEHIND_PROXY"] = "yes"
        elif answer and (problem := _problem(name, answer)):
            show([f"  {problem}"])
        elif answer:
            known[name] = answer


def keep(data_dir: Path, answers: dict[str, str]) -> None:
    """Remember the answers."""
    folder.write_values(data_dir / FILE, answers, COMMENT)


def _given(options: Options) -> dict[str, str]:
    given = {
        "PUBLIC_URL": options.public_url,
        "TLS_CERTIFICATE": options.certificate,
        "TLS_KEY": options.key,
        "BEHIND_PROXY": "yes" if options.proxy else None,
        "ADMIN_USERNAME": options.admin_username,
        "ADMIN_EMAIL": options.admin_email,
    }
    return {name: value for name, value in given.items() if value}


def _missing(known: dict[str, str], of_admin: Sequence[str] = ()) -> list[str]:
    needed = ["PUBLIC_URL"]
    if "BEHIND_PROXY" not in known:
        needed += ["TLS_CERTIFICATE", "TLS_KEY"]
    if "ADMIN_CREATED" not in known:
        needed += ["ADMIN_USERNAME", "ADMIN_EMAIL", *of_admin]
    return [name for name in needed if name not in known]


def _check(known: dict[str, str]) -> None:
    unused = {"TLS_CERTIFICATE", "TLS_KEY"} if "BEHIND_PROXY" in known else set()
    for name in QUESTIONS:
        if name in known and name not in unused and (problem := _problem(name, known[name])):
            raise CannotStart(problem)


def _problem(name: str, answer: str) -> str:
    """Why an answer can't be used; "" if it can."""
    if name == "PUBLIC_URL":
        address = urlsplit(answer)
        if address.scheme != "https" or not address.hostname or address.path.strip("/"):
            return (
                f"PUBLIC_URL={answer} is no address such as https://pbx.example.com. "
                "Browsers refuse passkeys and notifications, and ITSPs warn or refuse, without https."
            )
    if name in {"TLS_CERTIFICATE", "TLS_KEY"} and not Path(answer).is_file():
        return f"{name}={answer}: there is no such file."
    return ""
