"""Addresses of pages that say what was done, and values in addresses and forms, as somebody may have typed them."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


def done_at(view: str, *arguments: object, done: str) -> HttpResponse:
    """To a page, by the name of its route, that says what was done."""
    return redirect(f"{reverse(view, args=arguments)}?{urlencode({'done': done})}")


def uuid_in(text: str) -> UUID:
    """The id that it spells; else one that nothing has, so that it is not found."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def number_in(text: str, *, most: int) -> int | None:
    """The whole number that it spells, from 0 on; None where it is none, or a larger one."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None
