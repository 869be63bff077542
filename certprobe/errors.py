"""The exception tree.

    CertprobeError
    +-- UsageError          what was asked for cannot be meant                      exit 2
    +-- InputError          a file, password or callback is unusable                exit 4
    |   +-- FileError           cannot be read, is too large
    |   +-- DecodeError         is none of the known formats, or damaged
    |   +-- UnsupportedError    is understood, but uses an algorithm that we cannot
    |   +-- PasswordRequired    is encrypted and no password was given
    |   +-- WrongPassword       the password does not open it
    |   `-- CallbackError       raised, returned rubbish, or never returned
    +-- NotReached          no conversation came about                              exit 3
    `-- ProtocolError       somebody broke a protocol; says who

A finding about a certificate is never an exception (see `certprobe.chain`).
"""

from __future__ import annotations

import enum


class Party(enum.Enum):
    """Who caused a failure."""

    OURSELVES = "ourselves"
    PEER = "peer"
    PROXY = "proxy"
    NETWORK = "network"


class FailureKind(enum.Enum):
    """What a failed stage failed of; the closed list that reports and verdicts speak."""

    NAME_NOT_RESOLVED = "name-not-resolved"
    CONNECTION_REFUSED = "connection-refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"
    PROXY_REFUSED = "proxy-refused"
    PROXY_AUTHENTICATION = "proxy-authentication"
    STARTTLS_REFUSED = "starttls-refused"
    NOT_TLS = "not-tls"
    ALERT = "alert"
    MALFORMED = "malformed"
    TOO_MUCH_DATA = "too-much-data"
    CREDENTIAL_UNUSABLE = "credential-unusable"
    CALLBACK = "callback"
    LOST_PATIENCE = "lost-patience"
    NOT_TRUSTED = "not-trusted"
    LDAP_RESULT = "ldap-result"
    INTERRUPTED = "interrupted"


class CertprobeError(Exception):
    """Root of everything that certprobe raises on purpose."""


class UsageError(CertprobeError):
    """What was asked for cannot be meant."""


class InputError(CertprobeError):
    """A file, password or callback that the user named is unusable."""


class FileError(InputError):
    """A file cannot be read, or is larger than any honest one."""


class DecodeError(InputError):
    """Bytes are in none of the known formats, or damaged."""


class UnsupportedError(InputError):
    """Bytes are understood, but use an algorithm that we do not have."""


class PasswordRequired(InputError):
    """Bytes are encrypted and no password was given."""


class WrongPassword(InputError):
    """The password does not open it."""


class CallbackError(InputError):
    """A user's callback raised, returned rubbish, or never returned."""


class StageError(CertprobeError):
    """A stage of a probe failed: `kind` says of what, `party` says by whom; the text says it in words."""

    def __init__(self, message: str, *, kind: FailureKind, party: Party) -> None:
        super().__init__(message)
        self.kind = kind
        self.party = party


class NotReached(StageError):
    """No conversation came about."""


class ProtocolError(StageError):
    """Somebody broke a protocol."""
