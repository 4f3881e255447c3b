"""Browsers as people call them."""

# What a browser says of itself; the first that fits is it, since most name others too.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def browser_words(user_agent: str) -> str:
    """Such as "Firefox, Windows"; what we don't know is shown as it is."""
    return known_browser(user_agent) or user_agent or "–"


def known_browser(user_agent: str) -> str:
    """The same, but "" for what we don't know: anybody may write anything there."""
    name = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return ", ".join(filter(None, (name, system)))
