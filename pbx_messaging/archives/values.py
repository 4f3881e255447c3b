"""Files of NAME=value lines."""


def parse(text: str) -> dict[str, str]:
    """Comments are left out."""
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
