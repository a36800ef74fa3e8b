"""Signing in and out: allauth's account flows, with our pages and our words. Nobody signs up; the operator makes people."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.account.views import LoginView, LogoutView
from allauth.core import context, ratelimit
from allauth.mfa.base.views import AuthenticateView
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from tallybook.subscriptions.models import User
from tallybook.subscriptions.totp import has_totp, use_code
from tallybook.web.client_address import client_address, peer_address

_WAITING_AS = "waiting_as"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """How this installation differs from allauth's habits."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No one signs in with this e-mail address and this password. Check both, and type the "
        "password again.",
        "too_many_login_attempts": "Too many attempts failed. Wait a minute, then try again.",
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Counts the attempt, for its address.

        Where very many failed for one account, from wherever, each address has fewer attempts at that account. So many
        addresses help little, and whoever knows the password still gets in: no account is ever locked.
        """
        is_under_attack = not ratelimit.consume(request, action="account_failed", key=_account(credentials), dry_run=True)
        if is_under_attack and not ratelimit.consume(request, action="account_under_attack"):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        ratelimit.consume(request, action="account_failed", key=_account(credentials))

    def authenticate(self, request: HttpRequest | None, **credentials: str) -> AbstractBaseUser | None:
        """Nobody, too, for somebody who was deactivated: else a right password would be answered unlike a wrong one."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whose attempts are counted together. allauth itself takes an IPv6 address with its /64.

        Where a trusted proxy does not say who is calling, all who come through it share one limit: refusing them would lock
        everybody out.
        """
        return str(client_address(request) or peer_address(request) or "")

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False


class SignInForm(LoginForm):  # type: ignore[misc] # likewise
    """E-mail address and password."""

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - what allauth passes on
        super().__init__(*args, **more)
        self.fields["login"].error_messages |= {
            "required": "Type your e-mail address.",
            "invalid": "This is no e-mail address. Type it like name@example.com.",
        }
        self.fields["password"].error_messages |= {"required": "Type your password."}

    def clean_login(self) -> str:
        # Stored addresses are case-folded, which is more than lower case.
        return str(super().clean_login()).casefold()


class CodeForm(forms.Form):
    """The code of an authenticator app, or a recovery code, after the right password."""

    code = forms.CharField(error_messages={"required": "Type the code that the app shows now, or a recovery code."})

    def __init__(self, *args: Any, user: User, **more: Any) -> None:  # noqa: ANN401 - what allauth passes on
        super().__init__(*args, **more)
        self._user = user

    def clean_code(self) -> str:
        """For each account, since only who has its password comes so far."""
        request, account = context.request, str(self._user.pk)
        if not ratelimit.consume(request, action="code_failed", key=account):
            raise forms.ValidationError("Too many codes were wrong. Wait a quarter of an hour, then try again.")
        code = str(self.cleaned_data["code"])
        if not use_code(self._user, code):
            raise forms.ValidationError("This code does not fit, or was used before. Type the one that the app shows now.")
        ratelimit.clear(request, action="code_failed", key=account)
        return code

    def save(self) -> None:
        """Allauth calls it for a right code; there is nothing more to note."""


class SignIn(LoginView):  # type: ignore[misc] # likewise
    template_name = "console/sign_in.html"

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """Whoever has to type a code next waits as the person whose password this is now."""
        response: HttpResponse = super().form_valid(form)
        if not self.request.user.is_authenticated:
            self.request.session[_WAITING_AS] = form.user.get_session_auth_hash()
        return response


@method_decorator(login_not_required, name="dispatch")
class SignInCode(AuthenticateView):  # type: ignore[misc] # likewise
    """The second step, for people who have TOTP on."""

    template_name = "console/sign_in_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - Django's own
        """Whose TOTP or password was reset meanwhile, and who would rather be somebody else, begins anew."""
        waiting = unstash_login(request, peek=True)
        if waiting is not None and (request.POST.get("again") or not _may_go_on(request, waiting.user)):
            clear_login(request)
            return redirect("account_login")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class SignOut(LogoutView):  # type: ignore[misc] # likewise
    """Signs out by POST; a GET asks first."""

    template_name = "console/sign_out.html"


def _may_go_on(request: HttpRequest, user: User) -> bool:
    return has_totp(user) and request.session.get(_WAITING_AS) == user.get_session_auth_hash()


def _account(credentials: dict[str, str]) -> str:
    return credentials.get("email", "").casefold()


sign_in = SignIn.as_view()
sign_in_code = SignInCode.as_view()
sign_out = SignOut.as_view()
