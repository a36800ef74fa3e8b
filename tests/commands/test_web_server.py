"""The worker of the web server ends whenever it is told to."""

import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from gunicorn.config import Config

from tallybook.commands.web_server import Worker


def test_a_signal_that_interrupts_the_pool_ends_the_worker() -> None:
    worker = Worker(1, 1, [], None, 30, Config(), None)
    worker.alive = True
    worker.tpool = ThreadPoolExecutor(1)
    worker.method_queue.init()
    # Whatever a signal interrupts holds its locks while the handler runs.
    with worker.tpool._shutdown_lock:  # noqa: SLF001 - there is no other way to hold it
        handler = Thread(target=worker.handle_quit, args=(signal.SIGINT, None), daemon=True)
        handler.start()
        handler.join(5)
        assert not handler.is_alive()
    assert not worker.alive
    worker.method_queue.close()
    worker.tmp.close()
