"""Where a number's texts may go, as one choice: "queue-3" or "extension-5"."""

from dataclasses import replace

from accounts.ids import read_id
from channels.numbers.forms import EXTENSION, QUEUE
from channels.numbers.rules import Rule
from routing.models import Extension, MessageQueue


def place_in(rule: Rule) -> str:
    """The rule's destination; "" for none."""
    pk = rule.queue if rule.destination == QUEUE else rule.extension
    return f"{rule.destination}-{pk}" if pk else ""


def at_place(rule: Rule, place: str) -> Rule:
    """The rule with that destination. What is none leaves it without, so that its form complains."""
    kind, _sep, text = place.partition("-")
    pk = read_id(text)
    return replace(
        rule,
        destination=QUEUE if kind == QUEUE else EXTENSION,
        queue=pk if kind == QUEUE else None,
        extension=pk if kind == EXTENSION else None,
    )


def default_place() -> str:
    """The first message queue, since most numbers are shared, or else the first extension; "" for none."""
    queue = MessageQueue.objects.live().order_by("name", "pk").values_list("pk", flat=True).first()
    if queue:
        return f"{QUEUE}-{queue}"
    extension = Extension.objects.live().order_by("number").values_list("pk", flat=True).first()
    return f"{EXTENSION}-{extension}" if extension else ""


def extensions_at(rule: Rule) -> list[int]:
    """Whom the rule's texts reach."""
    if rule.destination == EXTENSION:
        return [rule.extension] if rule.extension else []
    of_queue = Extension.objects.live().filter(queues=rule.queue)
    return list(of_queue.order_by("number").values_list("pk", flat=True)) if rule.queue else []


def places() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """All message queues and all extensions, as choices."""
    queues = MessageQueue.objects.live().order_by("name", "pk")
    extensions = Extension.objects.live().order_by("number")
    return (
        [(f"{QUEUE}-{queue.pk}", str(queue)) for queue in queues],
        [(f"{EXTENSION}-{one.pk}", str(one)) for one in extensions],
    )
