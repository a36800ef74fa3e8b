"""Switching TOTP on and off, and the recovery codes. Each asks first who is there, see `tallybook.console.step_up`."""

from allauth.mfa.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe

from tallybook.console.account_views import change_own_password, done
from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import actor_of, person
from tallybook.console.step_up import require_proof
from tallybook.errors import Refused
from tallybook.subscriptions import own_account, totp
from tallybook.subscriptions.models import User
from tallybook.subscriptions.passwords import LEAST_CHARACTERS

# Encrypted, in the session, until a code has shown that the app has it.
_WAITING = "totp_secret"
_XML_DECLARATION_END = "?>"
_GROUP = 4


@require_form_methods
def turn_on(request: HttpRequest) -> HttpResponse:
    """The secret to scan, and a code to show that it arrived; then, once, the recovery codes."""
    user = person(request)
    require_proof(request)
    if totp.has_totp(user):
        return redirect("console:account")
    encrypted = request.session.get(_WAITING, "")
    secret = totp.readable_secret(encrypted)
    problem = None
    if request.method == "POST" and secret:
        try:
            codes = own_account.turn_totp_on(user, encrypted, request.POST.get("code", ""), actor=actor_of(request))
        except Refused as refused:
            problem = str(refused)
        else:
            del request.session[_WAITING]
            return render(request, "console/recovery_codes.html", {"codes": readable(codes), "is_new": True})
    if not secret:
        encrypted = request.session[_WAITING] = totp.new_secret()
        secret = totp.readable_secret(encrypted) or ""
    return _secret_page(request, user, secret, problem)


def _secret_page(request: HttpRequest, user: User, secret: str, problem: str | None) -> HttpResponse:
    context = {
        "qr": _qr_code(totp.key_address(user, secret)),
        "secret": " ".join(secret[place : place + _GROUP] for place in range(0, len(secret), _GROUP)),
        "problem": problem,
        "code": request.POST.get("code", ""),
    }
    return render(request, "console/totp_on.html", context, status=400 if problem else 200)


@require_form_methods
def turn_off(request: HttpRequest) -> HttpResponse:
    """The question, with a longer password where the present one is good only together with a code."""
    user = person(request)
    require_proof(request)
    if not totp.has_totp(user):
        return redirect("console:account")
    problem = None
    if request.method == "POST":
        problem = _turn_off(request, user)
        if problem is None:
            return done("totp-off")
    context = {"needs_password": user.has_short_password, "least": LEAST_CHARACTERS, "problem": problem}
    return render(request, "console/totp_off.html", context, status=400 if problem else 200)


def _turn_off(request: HttpRequest, user: User) -> str | None:
    if user.has_short_password:
        new = request.POST.get("new", "")
        if len(new) < LEAST_CHARACTERS:
            return f"Without TOTP the password has to have at least {LEAST_CHARACTERS} characters. Type a longer one."
        if problem := change_own_password(request, user, new):
            return problem
    try:
        own_account.turn_totp_off(user, actor=actor_of(request))
    except Refused as refused:
        return str(refused)
    return None


@require_form_methods
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Those that are left; posted, new ones in their place."""
    user = person(request)
    require_proof(request)
    if not totp.has_totp(user):
        return redirect("console:account")
    is_new = request.method == "POST"
    codes = own_account.renew_recovery_codes(user, actor=actor_of(request)) if is_new else totp.recovery_codes(user)
    return render(request, "console/recovery_codes.html", {"codes": readable(codes), "is_new": is_new})


def readable(codes: list[str]) -> list[str]:
    """Codes in two halves; blanks do not matter when they are typed."""
    return [f"{code[: len(code) // 2]} {code[len(code) // 2 :]}" for code in codes]


def _qr_code(address: str) -> SafeString:
    drawn = str(get_adapter().build_totp_svg(address))
    # Drawn by the library of nothing but squares; the address is in none of its letters.
    return mark_safe(drawn[drawn.index(_XML_DECLARATION_END) + len(_XML_DECLARATION_END) :].strip())  # noqa: S308
