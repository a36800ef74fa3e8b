"""Importing: the list of imports, a file from its upload to the ledger, and taking an import back."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tallybook.console.addresses import done_at, number_in
from tallybook.console.import_form import FileForm, ReadingForm
from tallybook.console.import_list import read_import_list
from tallybook.console.import_page import read_import_page, read_undo_page
from tallybook.console.import_wording import DONE
from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import actor_of, person
from tallybook.console.upload_page import UploadPage, read_upload_page
from tallybook.errors import NotFound, Refused
from tallybook.metering.models import Options, State
from tallybook.metering.uploads import find_upload, receive, refused_path_of, remove
from tallybook.metering.working import start
from tallybook.subscriptions.access import IMPORTS_USAGE, entered_by
from tallybook.usage.undoing import undo_import

_MOST_NUMBER = 2**31 - 1
_COMES_TO = {State.CHECKING: (State.CHECKING, State.CHECKED), State.IMPORTING: (State.IMPORTING,)}
_MEANWHILE = "Somebody worked on this file after you opened the page. This is how it stands now; look at it, then go on."


@require_safe
def import_list(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        may_import = membership.role in IMPORTS_USAGE
        page = read_import_list(membership.subscription, request.GET, may_import=may_import)
    context = {"page": page, "notice": DONE.get(request.GET.get("done", ""))}
    return render(request, "console/imports.html", context)


@require_form_methods
def new(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """The form to send a file; sent, the file is kept, checked and shown."""
    with entered_by(person(request), subscription_id, roles=IMPORTS_USAGE) as membership:
        subscription = membership.subscription
        form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
        if not form.is_valid():
            status = 400 if form.is_bound else 200
            return render(request, "console/import_new.html", {"form": form, "subscription": subscription}, status=status)
        file = form.cleaned_data["file"]
        upload = receive(subscription, file.name, file.chunks(), actor=actor_of(request))
    start(subscription, upload, State.CHECKING, attempt=upload.attempt, actor=actor_of(request))
    return redirect("console:upload", subscription_id, upload.id)


@require_safe
def upload_page(request: HttpRequest, subscription_id: UUID, upload_id: UUID) -> HttpResponse:
    page = _read(request, subscription_id, upload_id)
    if page.upload.state == State.IMPORTED and page.upload.import_number:
        return done_at("console:import", subscription_id, page.upload.import_number, done="imported")
    return _page(request, page)


@require_POST
def check(request: HttpRequest, subscription_id: UUID, upload_id: UUID) -> HttpResponse:
    """Check the file again, read as the form says."""
    page = _read(request, subscription_id, upload_id)
    form = ReadingForm(request.POST, page.upload.options, page.found)
    if not form.is_valid():
        return _page(request, page, form=form, status=400)
    return _start(request, page, State.CHECKING, options=form.options)


@require_POST
def confirm(request: HttpRequest, subscription_id: UUID, upload_id: UUID) -> HttpResponse:
    """Import what was checked."""
    return _start(request, _read(request, subscription_id, upload_id), State.IMPORTING)


@require_POST
def discard(request: HttpRequest, subscription_id: UUID, upload_id: UUID) -> HttpResponse:
    """Forget a file that is not to be imported."""
    with entered_by(person(request), subscription_id, roles=IMPORTS_USAGE) as membership:
        remove(find_upload(membership.subscription, upload_id))
    return done_at("console:imports", subscription_id, done="removed")


@require_safe
def refused_rows(request: HttpRequest, subscription_id: UUID, upload_id: UUID) -> HttpResponseBase:
    """The rows that were refused, as a file to mend and send again."""
    with entered_by(person(request), subscription_id, roles=IMPORTS_USAGE) as membership:
        upload = find_upload(membership.subscription, upload_id)
    try:
        file = refused_path_of(upload).open("rb")
    except OSError:
        raise NotFound("The refused rows of this file are not kept any more.") from None
    stem = upload.file_name.rpartition(".")[0] or upload.file_name
    response = FileResponse(file, as_attachment=True, filename=f"{stem}-refused.csv", content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def import_page(request: HttpRequest, subscription_id: UUID, number: int) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        page = read_import_page(membership, _checked(number))
    context = {"page": page, "one": page.listed, "notice": DONE.get(request.GET.get("done", ""))}
    return render(request, "console/import.html", context)


@require_form_methods
def undo(request: HttpRequest, subscription_id: UUID, number: int) -> HttpResponse:
    """What taking the import back will do; posted, it is done."""
    with entered_by(person(request), subscription_id, roles=IMPORTS_USAGE) as membership:
        problem = None
        if request.method == "POST":
            try:
                undo_import(membership.subscription, _checked(number), actor=actor_of(request))
                return done_at("console:import", subscription_id, number, done="undone")
            except Refused as refused:
                problem = str(refused)
        page = read_undo_page(membership, _checked(number))
    context = {"page": page, "one": page.of.listed, "problem": problem}
    return render(request, "console/import_undo.html", context, status=409 if problem else 200)


def _checked(number: int) -> int:
    """A number that an import can have; else one that none has."""
    return number_in(str(number), most=_MOST_NUMBER) or 0


def _read(request: HttpRequest, subscription_id: UUID, upload_id: UUID) -> UploadPage:
    with entered_by(person(request), subscription_id, roles=IMPORTS_USAGE) as membership:
        return read_upload_page(membership.subscription, upload_id)


def _start(request: HttpRequest, page: UploadPage, doing: State, options: Options | None = None) -> HttpResponse:
    attempt = number_in(request.POST.get("attempt", ""), most=_MOST_NUMBER)
    seen = -1 if attempt is None else attempt
    subscription, upload = page.subscription, page.upload
    if start(subscription, upload, doing, attempt=seen, actor=actor_of(request), options=options):
        return redirect("console:upload", subscription.id, upload.id)
    now = _read(request, subscription.id, upload.id)
    # Of a double click the second finds done, or being done, what it wants.
    is_as_wanted = now.upload.attempt == seen + 1 and options in (None, now.upload.options)
    if now.upload.state == State.IMPORTED or (is_as_wanted and now.upload.state in _COMES_TO[doing]):
        return redirect("console:upload", subscription.id, upload.id)
    return _page(request, now, problem=_MEANWHILE, status=409)


def _page(
    request: HttpRequest,
    page: UploadPage,
    *,
    form: ReadingForm | None = None,
    problem: str | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or ReadingForm(None, page.upload.options, page.found)
    context = {"page": page, "upload": page.upload, "form": form, "problem": problem}
    return render(request, "console/upload.html", context, status=status)
