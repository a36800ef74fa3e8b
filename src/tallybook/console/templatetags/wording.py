"""Figures and texts in templates."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tallybook.console import wording

register = template.Library()

register.filter("size_in", lambda size_bytes, unit: wording.size_in(unit, size_bytes))
register.filter("size_change_in", lambda change_bytes, unit: wording.size_change_in(unit, change_bytes))
register.filter("change_text", wording.change_text)


@register.filter
def grouped(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"


@register.filter
def code_marks(text: str) -> SafeString:
    """A sentence in which `code` stands between backticks, as descriptions of an API have it."""
    parts = enumerate(text.split("`"))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", part) if index % 2 else part,) for index, part in parts))
