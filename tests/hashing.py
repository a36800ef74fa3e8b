"""Passwords of the tests: hashed as the product does it, but for the time that it is meant to take."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """A server that a test starts can check what it makes, since the number of rounds stands in each hash."""

    iterations = 1
