"""Signing in and out: allauth's account flows, with our pages and our words. Nobody signs up; the operator makes people."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from tallybook.web.client_address import client_address, peer_address


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """How this installation differs from allauth's habits."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No one signs in with this e-mail address and this password. Check both, and type the "
        "password again.",
        "too_many_login_attempts": "Too many attempts failed. Wait a minute, then try again.",
    }

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

    def clean_login(self) -> str:
        # Stored addresses are case-folded, which is more than lower case.
        return str(super().clean_login()).casefold()


class SignIn(LoginView):  # type: ignore[misc] # likewise
    template_name = "console/sign_in.html"


class SignOut(LogoutView):  # type: ignore[misc] # likewise
    """Signs out by POST; a GET asks first."""

    template_name = "console/sign_out.html"


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()
