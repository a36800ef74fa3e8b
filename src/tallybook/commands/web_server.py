"""gunicorn as this program runs it."""

from collections.abc import Callable
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

_THREADS_A_WORKER = 16
_REQUEST_SECONDS = 120


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that finishes its requests whichever signal ends it."""

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Called for Ctrl-C, which a terminal sends to workers too.

        gunicorn's own takes a lock of the thread pool, for ever where it interrupts what holds that lock.
        """
        self.handle_exit(sig, frame)


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our settings and no configuration file.

    Args:
        bind: address and port, as `127.0.0.1:8000`.
        workers: number of processes.
        load_program: gives the WSGI program. Called in each worker, after the fork: connections are not shared.
    """

    def __init__(self, bind: str, workers: int, load_program: Callable[[], Any]) -> None:
        self._options = {"bind": bind, "workers": workers}
        self._load_program = load_program
        super().__init__()

    def load_config(self) -> None:
        fixed = {
            "worker_class": Worker,
            "threads": _THREADS_A_WORKER,
            "timeout": _REQUEST_SECONDS,
            "graceful_timeout": 30,
            "proc_name": "tallybook",
            "loglevel": "warning",
            # Headers with underscores are dropped: no program behind could tell them from those with hyphens.
            "header_map": "drop",
            "forwarded_allow_ips": "",
            # Would be a file in the home of whoever serves, and nobody uses it.
            "control_socket_disable": True,
        }
        for name, value in (fixed | self._options).items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401 - gunicorn's word for a WSGI program
        return self._load_program()
