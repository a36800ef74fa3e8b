"""The settings of an installation: one table of name, type, default and help, read from variables or `NAME_FILE`."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tallybook.errors import Refused, SettingRefused
from tallybook.web.addresses import Network
from tallybook.web.networks import read_networks

PREFIX = "TALLYBOOK_"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
MINIMUM_SECRET_CHARACTERS = 32


class Installation(BaseSettings):
    """What the operator decides. Each field is the variable `TALLYBOOK_<NAME>`; its description is its documentation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)
    # What Django's settings look for at each access; pydantic takes ten times as long to say that there is no such thing.
    _mask_wrapped: ClassVar[bool] = True

    home: Path = Field(
        default_factory=lambda: user_data_path("tallybook"),
        description="Folder of this installation: embedded PostgreSQL, generated secrets. Default: the platform's user "
        "data folder.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="Your own PostgreSQL 18 or newer, as the role that serves requests and owns nothing. A pooler in "
        "between has to keep prepared statements (PgBouncer 1.21 or newer). Default: the embedded PostgreSQL.",
    )
    owner_database_url: SecretStr | None = Field(
        default=None,
        description="The same database as the role that owns the schema. Needed by "
        "`tallybook migrate`, `tallybook audit erase` and backups only.",
    )
    public_url: str = Field(
        default="http://localhost:8000",
        description="Where people reach the console. Has to be https, except on loopback. Unless it is set, it follows "
        "`serve --port`.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default_factory=tuple,
        validate_default=False,
        description="Addresses or networks of the proxies in front, with commas between them. Only they are believed about "
        "who is calling, by `X-Forwarded-For`. Default: nobody is.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key that signs sessions and encrypts secrets of TOTP, 32 characters or more. Default: made once and kept "
        "in the home folder.",
    )
    key_peppers: SecretStr | None = Field(
        default=None,
        description="Secrets without which stored keys of report links cannot be verified, 32 characters or more each, with "
        "commas between them: the first serves new keys, the others those made before. Default: made once and kept in the home "
        "folder.",
    )
    link_pace_seconds: int = Field(
        default=300, ge=1, le=86_400, description="A report link makes its data at most once in so many seconds."
    )
    import_megabytes: int = Field(
        default=1000, ge=1, le=100_000, description="How large a usage file may be that is sent through the console, in MB."
    )
    report_timeout_seconds: int = Field(
        default=600, ge=1, le=86_400, description="How long building one report may take, in seconds."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        try:
            return home.expanduser().absolute()
        except RuntimeError:
            raise ValueError(f"names the home of a user that there is not ({home}). Write the whole path") from None

    @field_validator("public_url")
    @classmethod
    def _https_or_loopback(cls, url: str) -> str:
        url = url.rstrip("/")
        parts = _split(url)
        if parts is None or url not in (f"http://{parts.netloc}", f"https://{parts.netloc}") or "@" in parts.netloc:
            raise ValueError("has to look like https://tallybook.example.com, without a path")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("has to be https: over plain http the sign-in could be read on the way, except on localhost")
        return url

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _named_proxies(cls, text: str) -> tuple[Network, ...]:
        try:
            return read_networks(text.split(","))
        except Refused as error:
            raise ValueError(str(error).removesuffix(".")) from None

    @field_validator("secret_key")
    @classmethod
    def _secret_is_long(cls, secret_key: SecretStr | None) -> SecretStr | None:
        if secret_key and len(secret_key.get_secret_value()) < MINIMUM_SECRET_CHARACTERS:
            raise ValueError(f"has to have {MINIMUM_SECRET_CHARACTERS} characters or more")
        return secret_key

    @field_validator("key_peppers")
    @classmethod
    def _peppers_are_long(cls, peppers: SecretStr | None) -> SecretStr | None:
        if peppers and any(len(pepper) < MINIMUM_SECRET_CHARACTERS for pepper in _listed(peppers)):
            raise ValueError(f"has to have {MINIMUM_SECRET_CHARACTERS} characters or more in each of its secrets")
        return peppers

    @property
    def peppers(self) -> tuple[str, ...]:
        """The peppers of keys, the one for new keys first."""
        if self.key_peppers:
            return _listed(self.key_peppers)
        return (generated_secret(self.home, "key-pepper", f"{PREFIX}KEY_PEPPERS"),)

    @property
    def public_host(self) -> str:
        """The host as a Host header spells it, an IPv6 address in brackets."""
        host = urlsplit(self.public_url).hostname or ""
        return f"[{host}]" if ":" in host else host


def _split(url: str) -> SplitResult | None:
    """The parts of an address with a host, and with a port that is none or a number; None if it has not."""
    try:
        parts = urlsplit(url)
        is_whole = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None


def _listed(peppers: SecretStr) -> tuple[str, ...]:
    return tuple(pepper.strip() for pepper in peppers.get_secret_value().split(","))


def load() -> Installation:
    """The settings as the environment says now.

    Raises:
        SettingRefused: names each setting that is wrong and what it has to be.
    """
    try:
        return Installation(**_from_files())
    except ValidationError as error:
        raise SettingRefused(_explain(error)) from None


def _from_files() -> dict[str, Any]:
    values = {}
    for name in Installation.model_fields:
        path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
        if path:
            values[name] = _read_secret(f"{PREFIX}{name.upper()}", path)
    return values


def _read_secret(variable: str, path: str) -> str:
    if os.environ.get(variable):
        raise SettingRefused(f"Both {variable} and {variable}_FILE are set. Set one of them.")
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingRefused(f"{variable}_FILE cannot be read: {error}. Name a file that this user may read.") from None
    if not text:
        raise SettingRefused(f"{variable}_FILE names the file {path}, which is empty. Write the value into it.")
    return text


def _explain(error: ValidationError) -> str:
    sentences = []
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"]).upper() or "SETTINGS"
        sentences.append(f"{PREFIX}{name}: {problem['msg'].removeprefix('Value error, ')}.")
    return " ".join(sentences)


@cache
def generated_secret(home: Path, name: str, variable: str) -> str:
    """A secret of this home: made at the first call, kept in a file that only its owner can read.

    Args:
        home: the installation's folder.
        name: of the file in it.
        variable: the setting that would take the file's place, for the message.

    Raises:
        SettingRefused: the file cannot be kept there.
    """
    path = home / name
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise SettingRefused(
            f"The secret {name} cannot be kept in {path}: {error.strerror}. Set TALLYBOOK_HOME to a folder that this user may "
            f"write, or {variable}."
        ) from None


def _create_once(path: Path, text: str) -> None:
    if path.exists():
        return
    # Written beside and linked into place: of two commands at once one wins, and nobody reads half a key.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
