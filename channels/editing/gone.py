"""A channel that another administrator deletes at the moment at which this one writes to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404

from channels.models import Channel


@contextmanager
def still_there() -> Iterator[None]:
    """Within it, what is gone is not found."""
    try:
        yield
    except Channel.DoesNotExist as error:
        raise Http404 from error
