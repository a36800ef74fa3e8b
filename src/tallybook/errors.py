"""The one exception tree.

TallybookError          something the person at the keyboard can mend; its text is the whole message
├── DatabaseUnavailable no database to work with, or not one that serves
├── SettingRefused      a setting of the installation that is wrong or unsafe
├── NotFound            a thing that was named does not exist (or is somebody else's: it looks the same)
├── NotAllowed          the thing is there and the person may see that, but their role does not reach so far
├── Refused             the request is understood and not done
│   └── NotNow          nothing is wrong with it, but this machine cannot do it now
└── UnusableFile        a usage file of which no row can be read

Every message is one or two sentences: what was wrong, and what to do about it.
"""

import errno

# The disk, the user's share of it, or the size that a file may have (`ulimit -f`, or the file system's own limit).
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class TallybookError(Exception):
    """Base of all errors that are shown to a person as they stand."""


class DatabaseUnavailable(TallybookError):
    """There is no database to work with: not reachable, too old, or rights are missing."""


class SettingRefused(TallybookError):
    """A setting is malformed, contradicts another one, or is not safe to run with."""


class NotFound(TallybookError):
    """What was named is not there. Somebody else's thing gets the same words."""


class NotAllowed(TallybookError):
    """The person belongs here, but their role does not allow this."""


class Refused(TallybookError):
    """The request is understood and not done; nothing was changed."""


class NotNow(Refused):
    """Nothing is wrong with the request, but this machine cannot do it now: no room, or no time."""


class UnusableFile(TallybookError):
    """No row of this file can be used; nothing was imported."""


def is_no_room(error: OSError) -> bool:
    """Whether something could not be written for want of room, which somebody can make."""
    return error.errno in _NO_ROOM
