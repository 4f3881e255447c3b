"""What is known of a contact: its fields, links to other systems, and its number as a link."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.directions import bdi
from sessions.contacts.calling import call_link
from sessions.contacts.patterns import contact_values, filled
from sessions.contacts.values import live_fields, shown_value, values_of
from sessions.models import Contact, ContactLink

register = template.Library()
register.simple_tag(call_link, name="call_link")


@register.filter
def placeholder(name: str) -> SafeString:
    """In its braces; a field's name has its own direction within them."""
    kind, colon, field = name.rpartition(":")
    return format_html("{{{}{}{}}}", kind, colon, bdi(field))


@register.inclusion_tag("sessions/contacts/_facts.html")
def contact_facts(contact: Contact, *, in_pane: bool = False) -> dict[str, Any]:
    """`in_pane`: only those of the inbox. What is not known is not shown."""
    fields = live_fields()
    noted = values_of(contact) if fields else {}
    shown = [field for field in fields if noted.get(field.pk) and (field.in_pane or not in_pane)]
    values = contact_values(contact, fields, noted)
    links = [(link.label, filled(link.pattern, values)) for link in ContactLink.objects.all()]
    return {
        "facts": [{"field": field, "value": shown_value(field, noted[field.pk])} for field in shown],
        "links": [(label, href) for label, href in links if href],
    }
