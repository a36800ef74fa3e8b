"""The server itself: with what it is started, how it is addressed, whether it answers."""

import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import quote

import psycopg

from tallybook.database.embedded.accounts import Account
from tallybook.database.embedded.binaries import Binaries
from tallybook.database.embedded.cluster import DATABASE
from tallybook.database.embedded.passwords import OWNER, RUNTIME, SUPERUSER, Passwords
from tallybook.database.embedded.programs import start
from tallybook.database.embedded.sockets import PORT
from tallybook.errors import DatabaseUnavailable

CONNECT_SECONDS = 5
FAST_STOP_SECONDS = 90.0
HARD_STOP_SECONDS = 10.0

# Given at the start, where neither postgresql.conf nor ALTER SYSTEM can take them back.
MUSTS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "log_destination": "stderr",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server. The addresses are URLs as libpq reads them, and hold passwords."""

    # Not shown, since what is shown ends in logs.
    runtime_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    superuser_url: str = field(repr=False)
    data_folder: Path


class Answer(Enum):
    """What a server says to somebody who wants to connect."""

    READY = "ready"
    BUSY = "busy"  # starting, recovering or stopping
    NONE = "none"


def addressed(data: Path, sockets: Path, passwords: Passwords) -> EmbeddedServer:
    """The server that serves this data folder over a socket in that one."""
    place = f"{DATABASE}?host={quote(str(sockets), safe='')}&port={PORT}"
    return EmbeddedServer(
        runtime_url=f"postgresql://{RUNTIME}:{passwords[RUNTIME]}@/{place}",
        owner_url=f"postgresql://{OWNER}:{passwords[OWNER]}@/{place}",
        superuser_url=f"postgresql://{SUPERUSER}:{passwords[SUPERUSER]}@/{place}",
        data_folder=data,
    )


def ask(server: EmbeddedServer) -> Answer:
    """Connects once, as the runtime role."""
    try:
        psycopg.connect(server.runtime_url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError as error:
        return _meaning(str(error), server)
    return Answer.READY


def _meaning(complaint: str, server: EmbeddedServer) -> Answer:
    # psycopg gives no SQLSTATE of a connection that failed; the cluster speaks English (lc_messages is C).
    if "the database system is" in complaint or "terminating connection" in complaint:
        return Answer.BUSY
    if "too many clients" in complaint or "remaining connection slots" in complaint:
        return Answer.READY
    if "FATAL" in complaint:
        reason = complaint.rpartition("FATAL:")[2].strip()
        raise DatabaseUnavailable(
            f"The database in {server.data_folder} does not let Tallybook in ({reason}): "
            "put the database folder back from one backup as a whole, passwords included."
        )
    return Answer.NONE


def start_server(binaries: Binaries, folder: int, sockets: Path, account: Account) -> subprocess.Popen[bytes]:
    """Starts the server on a data folder given by its descriptor; it stops by itself when we end, however that is."""
    settings = {**MUSTS, "unix_socket_directories": f'"{sockets}"'}
    command = [str(binaries.program("postgres")), "-D", f"/proc/self/fd/{folder}"]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return start(command, account, signal.SIGINT, keep=(folder,))


def stop_server(process: subprocess.Popen[bytes]) -> None:
    """Stops the server: without waiting for its clients, and harder when that takes too long."""
    ways = (
        (signal.SIGINT, FAST_STOP_SECONDS),
        (signal.SIGQUIT, HARD_STOP_SECONDS),
        (signal.SIGKILL, HARD_STOP_SECONDS),
    )
    for signal_number, seconds in ways:
        process.send_signal(signal_number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return
