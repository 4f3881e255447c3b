"""A language that nobody speaks: what is translated into it is in brackets."""

import pytest
from django.utils.translation import trans_real


def made_up(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """`translation.override(language)` gives it from here on."""
    catalog = trans_real.translation(language)
    monkeypatch.setattr(catalog, "gettext", lambda words: f"[{words}]")
    monkeypatch.setattr(catalog, "ngettext", lambda one, many, count: f"[{one if count == 1 else many}]")
