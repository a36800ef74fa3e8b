"""What a measurement was made on."""

import os
import platform
from importlib.metadata import version

import psutil
from django.db import connection

from bench.table import Figure


def machine() -> list[Figure]:
    """Versions, machine, and how busy it is with something else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        (postgresql,) = cursor.fetchone()
    return [
        Figure("Tallybook", version("tallybook")),
        Figure("Python", platform.python_version()),
        Figure("Django", version("django")),
        Figure("PostgreSQL, the embedded one with its own settings", postgresql),
        Figure("System", f"{platform.system()} {platform.machine()}"),
        Figure("Cores", str(len(os.sched_getaffinity(0)))),
        Figure("Memory", f"{psutil.virtual_memory().total / 1e9:,.0f} GB"),
        Figure("Load before the start, of one minute", f"{os.getloadavg()[0]:.2f}"),
    ]
