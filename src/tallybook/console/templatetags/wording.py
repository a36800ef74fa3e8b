"""Figures in templates."""

from django import template

from tallybook.console import wording

register = template.Library()

register.filter("size_in", lambda size_bytes, unit: wording.size_in(unit, size_bytes))
register.filter("change_text", wording.change_text)
register.filter("count_sentence", wording.count_sentence)


@register.filter
def grouped(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"
