"""Django's `i18n`, whose sentences let names from right to left stand by themselves: none can forget it."""

from typing import Any

from django.template import Context, Library
from django.template.base import FilterExpression, Parser, Token
from django.templatetags import i18n
from django.utils.safestring import SafeData, mark_safe

from accounts.directions import is_from_right_to_left, isolated

register = Library()
register.tags |= i18n.register.tags
register.filters |= i18n.register.filters


class _Isolated:
    """A value of a sentence; what is no text, such as a number, stays for its localisation."""

    def __init__(self, expression: FilterExpression) -> None:
        self._expression = expression

    def resolve(self, context: Context) -> Any:
        value = self._expression.resolve(context)
        if not is_from_right_to_left(str(value)):
            return value
        apart = isolated(value)
        return mark_safe(apart) if isinstance(value, SafeData) else apart  # noqa: S308  it adds no markup


@register.tag("blocktrans")
@register.tag("blocktranslate")
def do_block_translate(parser: Parser, token: Token) -> i18n.BlockTranslateNode:
    node = i18n.do_block_translate(parser, token)
    _, names = node.render_token_list([*node.singular, *(node.plural or [])])
    given = {name: parser.compile_filter(name) for name in names if name != node.countervar}
    values: Any = {name: _Isolated(value) for name, value in (given | node.extra_context).items()}
    node.extra_context = values
    return node
