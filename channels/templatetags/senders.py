"""Senders as people read them."""

from django import template

from channels.senders import shown

register = template.Library()
register.filter("sender_shown", shown)
