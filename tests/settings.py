"""The product's settings, with a home and a secret that belong to the tests."""

import os
import tempfile

os.environ.setdefault("TALLYBOOK_SECRET_KEY", "only-for-tests-" + "0123456789abcdef" * 3)
# One for the run: tests have homes of their own, and a server that they start must know the keys that they make.
os.environ["TALLYBOOK_KEY_PEPPERS"] = "pepper-only-for-tests-" + "0123456789abcdef" * 3
os.environ["TALLYBOOK_HOME"] = os.path.join(tempfile.gettempdir(), "tallybook-tests-no-home")  # noqa: PTH118 - a plain text
for _name in ("TALLYBOOK_DATABASE_URL", "TALLYBOOK_OWNER_DATABASE_URL", "TALLYBOOK_PUBLIC_URL", "TALLYBOOK_TRUSTED_PROXIES"):
    os.environ.pop(_name, None)

from tallybook.config.settings import *  # noqa: E402, F403

# Half a second for each person of the cast would be a large part of the whole run.
PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
