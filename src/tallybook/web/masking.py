"""What addresses carry that no log may hold."""

import logging
import re

_INVITATION = re.compile(r"(/invitations/[^/\s]+/)[^/\s]+")


class MaskSecrets(logging.Filter):
    """Takes the secret out of the addresses of invitations. Django logs the address of each request that fails."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "/invitations/" in message:
            record.msg, record.args = _INVITATION.sub(r"\1…", message), ()
        return True
