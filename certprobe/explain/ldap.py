"""LDAP: the result codes of a server, and the errors that a client's library makes up itself."""

from __future__ import annotations

from typing import Final

from certprobe.application.ldap_results import RESULT_NAMES
from certprobe.wincrypt.entry import Entry

_THEIR_LOG: Final = "Look into the server's log."
_CORRECT_DN: Final = "Correct the name (DN) in the request."
_CORRECT_VALUE: Final = "Correct the value, or the schema."


def _result(
    code: int, symbol: str, text: str, advice: str, causes: tuple[str, ...] = (), source: str = "RFC 4511 A.2"
) -> Entry:
    return Entry(code, RESULT_NAMES[code], text, advice, causes, source, (f"LDAP_{symbol}",))


RESULTS: Final = (
    _result(0, "SUCCESS", "The operation succeeded.", "Nothing needs to be done."),
    _result(
        1,
        "OPERATIONS_ERROR",
        "The request came at the wrong time or in the wrong order, or the server failed inside.",
        "Bind before searching; begin TLS only once.",
        (
            "Active Directory was searched without a bind",
            "StartTLS was asked for on a connection that has TLS already",
        ),
    ),
    _result(
        2,
        "PROTOCOL_ERROR",
        "The server cannot read the request, or does not know this kind of request.",
        "Check that the server supports the operation (supportedExtension in its root DSE).",
        ("StartTLS is not configured on the server", "an extended operation is not supported"),
    ),
    _result(3, "TIMELIMIT_EXCEEDED", "The search took longer than allowed.", "Narrow the search, or add an index."),
    _result(4, "SIZELIMIT_EXCEEDED", "More was found than may be returned.", "Narrow the search, or ask for pages."),
    _result(5, "COMPARE_FALSE", "The value compared is not there.", "Nothing needs to be done."),
    _result(6, "COMPARE_TRUE", "The value compared is there.", "Nothing needs to be done."),
    _result(
        7,
        "AUTH_METHOD_NOT_SUPPORTED",
        "The server does not offer this way to log in, at least not on this connection.",
        "Check that the client certificate was accepted: some servers offer EXTERNAL only then.",
        (
            "no client certificate was sent, so that slapd does not offer EXTERNAL",
            "a TLS terminator in front of the server swallows the certificate",
            "the mechanism is switched off",
        ),
    ),
    _result(
        8,
        "STRONG_AUTH_REQUIRED",
        "The server demands a stronger login: signed, or over TLS.",
        "Use LDAPS or StartTLS.",
        ("a simple bind over a plain connection (Active Directory, Samba)",),
    ),
    _result(10, "REFERRAL", "Another server holds the entry.", "Ask that server, or follow referrals."),
    _result(11, "ADMINLIMIT_EXCEEDED", "A limit set by the administrator was reached.", "Narrow the request."),
    _result(
        12,
        "UNAVAILABLE_CRITICAL_EXTENSION",
        "A control that the client insists on is not known here.",
        "Do not mark it as critical, or use a server that has it.",
    ),
    _result(
        13,
        "CONFIDENTIALITY_REQUIRED",
        "The server does this only over an encrypted connection.",
        "Use LDAPS or StartTLS.",
        ("slapd is configured with security tls= or ssf=",),
    ),
    _result(14, "SASL_BIND_IN_PROGRESS", "The login goes on: another message is to be sent.", "Let the client go on."),
    _result(16, "NO_SUCH_ATTRIBUTE", "The attribute is not in the entry.", _CORRECT_VALUE),
    _result(17, "UNDEFINED_TYPE", "The schema does not know the attribute.", _CORRECT_VALUE),
    _result(18, "INAPPROPRIATE_MATCHING", "The attribute cannot be compared in this way.", "Change the filter."),
    _result(
        19,
        "CONSTRAINT_VIOLATION",
        "The value breaks a rule of the directory.",
        _CORRECT_VALUE,
        ("the password policy forbids it", "the account is locked after too many attempts (389)"),
    ),
    _result(20, "TYPE_OR_VALUE_EXISTS", "The attribute or value is there already.", "Nothing needs to be done."),
    _result(21, "INVALID_SYNTAX", "The value is not of the attribute's kind.", _CORRECT_VALUE),
    _result(
        32,
        "NO_SUCH_OBJECT",
        "There is no entry of this name, or it may not be seen.",
        _CORRECT_DN,
        ("the search base is misspelled", "an access rule hides the entry from whoever is logged in"),
    ),
    _result(33, "ALIAS_PROBLEM", "An alias leads nowhere.", "Correct the alias."),
    _result(34, "INVALID_DN_SYNTAX", "This is not a well-formed distinguished name.", _CORRECT_DN),
    _result(36, "ALIAS_DEREF_PROBLEM", "An alias may not be followed.", "Correct the alias or its rights."),
    _result(
        48,
        "INAPPROPRIATE_AUTH",
        "This way to log in does not fit the entry or the connection.",
        "Send a client certificate, or use another way to log in.",
        ("389 was asked for EXTERNAL without a client certificate", "the entry has no password", "anonymous is off"),
    ),
    _result(
        49,
        "INVALID_CREDENTIALS",
        "Name, password or certificate were not accepted.",
        'Look at "data" in the message of Active Directory, or into the server\'s log: it tells more than the client.',
        (
            "a wrong password, or an account that is locked, disabled or expired",
            "the certificate is valid but maps to no entry (389: certmap.conf)",
            "channel bindings are missing (data 80090346)",
        ),
    ),
    _result(
        50,
        "INSUFFICIENT_ACCESS",
        "Whoever is logged in has no right to this.",
        "Ask who you are (Who am I?), and look at the access rules.",
        ("the login was anonymous although a certificate was sent", "another authorization identity was asked for"),
    ),
    _result(51, "BUSY", "The server is too busy.", "Try again later."),
    _result(52, "UNAVAILABLE", "The server is shutting down or cannot serve now.", "Try again, or another server."),
    _result(
        53,
        "UNWILLING_TO_PERFORM",
        "The server could, but a rule of its own forbids it.",
        "Look at the message beside it.",
        ("a login is required first (slapd: require authc)", "a password is changed without TLS (Active Directory)"),
    ),
    _result(54, "LOOP_DETECT", "Servers or aliases refer to each other in a ring.", _THEIR_LOG),
    _result(64, "NAMING_VIOLATION", "An entry may not have this name at this place.", _CORRECT_DN),
    _result(65, "OBJECT_CLASS_VIOLATION", "The entry does not fit its object classes.", "Add what they demand."),
    _result(66, "NOT_ALLOWED_ON_NONLEAF", "The entry has entries below it.", "Remove those first."),
    _result(67, "NOT_ALLOWED_ON_RDN", "The value is part of the entry's name.", "Rename the entry instead."),
    _result(68, "ALREADY_EXISTS", "An entry of this name is there already.", "Use another name, or modify it."),
    _result(69, "NO_OBJECT_CLASS_MODS", "The object classes may not be changed.", "Make the entry anew."),
    _result(71, "AFFECTS_MULTIPLE_DSAS", "The change would concern several servers.", "Change each one by itself."),
    _result(80, "OTHER", "The server failed for a reason that has no code.", _THEIR_LOG),
)

API_ERRORS: Final = (
    Entry(
        81,
        "LDAP_SERVER_DOWN",
        "No connection came about, or it broke off: network, name, port or TLS.",
        "Run certprobe ldap against the server: the library does not say which of them it was.",
        (
            "the server's certificate is not trusted, or does not name the server (libldap says no more than this)",
            "the port is closed, or the name has no address",
            "the server closed the connection when it saw the client certificate",
        ),
        "ldap.h (-1), winldap.h (81)",
        ("Can't contact LDAP server",),
    ),
    Entry(
        82,
        "LDAP_LOCAL_ERROR",
        "The client's own side failed, usually SASL or Kerberos.",
        "Look at what the client says beside it.",
        ("there is no Kerberos ticket",),
        "ldap.h (-2), winldap.h (82)",
    ),
    Entry(
        85,
        "LDAP_TIMEOUT",
        "The server did not answer in time.",
        "Check the address and the firewalls; LDAPS on a plain port shows like this too.",
        (),
        "ldap.h (-5), winldap.h (85)",
    ),
    Entry(
        86,
        "LDAP_AUTH_UNKNOWN",
        "The client does not know this way to log in.",
        "Install the SASL plugin, or use another mechanism.",
        (),
        "ldap.h (-6), winldap.h (86)",
    ),
    Entry(
        91,
        "LDAP_CONNECT_ERROR",
        "The connection came about, but TLS did not.",
        "Run certprobe ldap against the server.",
        ("the server's certificate is not trusted", "StartTLS was refused"),
        "ldap.h (-11), winldap.h (91)",
    ),
)

OPENLDAP_NUMBERS: Final = {-1: 81, -2: 82, -5: 85, -6: 86, -11: 91}
"""The negative numbers of OpenLDAP's library, as those of winldap.h."""
