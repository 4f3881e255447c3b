"""Any provider that takes texts as JSON at an address, and posts signed JSON. See docs/general-itsp.md."""

from channels.itsp.general.itsp import General

__all__ = ["General"]
