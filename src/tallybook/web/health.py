"""What a supervisor or a load balancer asks."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tallybook.errors import DatabaseUnavailable

_TEXT = "text/plain; charset=utf-8"


@login_not_required
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is looked at."""
    return HttpResponse("ok", content_type=_TEXT)


@login_not_required
@require_safe
def ready(_request: HttpRequest, *, is_migrated: Callable[[], bool]) -> HttpResponse:
    """The database answers and has the schema that this version of the program expects."""
    hindrance = _hindrance(is_migrated)
    return HttpResponse(hindrance or "ok", content_type=_TEXT, status=503 if hindrance else 200)


def _hindrance(is_migrated: Callable[[], bool]) -> str:
    try:
        migrated = is_migrated()
    except (DatabaseUnavailable, DatabaseError):
        # The reason may name hosts and roles, which are nobody's business who asks from outside.
        return "The database does not answer."
    return "" if migrated else "The database is not migrated to this version. Run `tallybook migrate`."
