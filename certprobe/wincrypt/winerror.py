"""HRESULTs of winerror.h that certprobe never returns itself, but that people meet around certificates and TLS."""

from __future__ import annotations

from typing import Final

from certprobe.wincrypt import hresult
from certprobe.wincrypt.entry import Entry

_KEY_RIGHTS: Final = (
    "Give the account the right to read the private key (certlm.msc, Manage Private Keys), or reimport it."
)
_RETRY: Final = "Look into the log of the program; the caller is at fault, not the certificate."
_DC: Final = "Look at the certificate of the domain controller: its chain, its time, its usage."
_REISSUE: Final = "Have the certificate issued again by its CA."

SECURITY_SUPPORT: Final = (
    Entry(0x80090300, "SEC_E_INSUFFICIENT_MEMORY", "There is not enough memory.", "Free memory."),
    Entry(0x80090301, "SEC_E_INVALID_HANDLE", "A security context or credential is used that does not exist.", _RETRY),
    Entry(
        0x80090303,
        "SEC_E_TARGET_UNKNOWN",
        "The name of the target is unknown to the domain, or cannot be reached.",
        "Check the service's name and its service principal name (setspn -L).",
        ("no service principal name is registered for it", "an IP address is used instead of a name"),
    ),
    Entry(
        0x80090305,
        "SEC_E_SECPKG_NOT_FOUND",
        "The security package that is asked for does not exist on this system.",
        "Check which package the program names; for TLS it is Schannel.",
    ),
    Entry(0x80090307, "SEC_E_CANNOT_INSTALL", "The security package did not initialize itself.", "Restart Windows."),
    Entry(
        0x8009030B,
        "SEC_E_NO_IMPERSONATION",
        "The client's identity may not be taken on.",
        "Allow impersonation in the client.",
    ),
    Entry(
        0x80090310,
        "SEC_E_OUT_OF_SEQUENCE",
        "A message came out of its order.",
        "Look for a device between the two sides that changes the connection.",
    ),
    Entry(
        0x80090311,
        "SEC_E_NO_AUTHENTICATING_AUTHORITY",
        "No domain controller could be reached that would authenticate this account.",
        "Check DNS, the network to the domain controllers, and that the domain is spelled right.",
        ("the machine is away from the domain's network", "the trust between two domains is broken"),
    ),
    Entry(
        0x00090312,
        "SEC_I_CONTINUE_NEEDED",
        "The handshake goes on: one more message is to be exchanged.",
        "Nothing needs to be done.",
    ),
    Entry(
        0x80090317,
        "SEC_E_CONTEXT_EXPIRED",
        "The secure connection is over, and is used still.",
        "Connect again.",
        ("the other side closed it",),
    ),
    Entry(
        0x00090317,
        "SEC_I_CONTEXT_EXPIRED",
        "The other side has closed the secure connection in good order.",
        "Nothing needs to be done.",
    ),
    Entry(
        0x80090318,
        "SEC_E_INCOMPLETE_MESSAGE",
        "Not all of a TLS message has arrived yet.",
        "If it is where a connection ends: find out who closed it too early.",
    ),
    Entry(0x80090321, "SEC_E_BUFFER_TOO_SMALL", "A buffer of the caller is too small.", _RETRY),
    Entry(
        0x00090321,
        "SEC_I_RENEGOTIATE",
        "The other side starts the handshake anew, as IIS does to ask for a client certificate.",
        "Nothing needs to be done if the program can do so.",
    ),
    Entry(
        0x80090324,
        "SEC_E_TIME_SKEW",
        "The clocks of client and server differ too much.",
        "Set both clocks (w32tm /resync).",
    ),
    Entry(0x80090329, "SEC_E_ENCRYPT_FAILURE", "Data could not be encrypted.", "Connect again."),
    Entry(
        0x80090332,
        "SEC_E_SECURITY_QOS_FAILED",
        "The security that was asked for cannot be had.",
        "Look at the program's authentication settings.",
    ),
    Entry(
        0x8009033C,
        "SEC_E_NO_PA_DATA",
        "The certificate logon lacks data that the domain controller needs.",
        "Update the side that logs on.",
    ),
    Entry(
        0x8009033D,
        "SEC_E_PKINIT_NAME_MISMATCH",
        "The certificate is valid, but its names do not belong to the account that logs on.",
        "Compare the UPN or the SID in the certificate with the account; map it explicitly (altSecurityIdentities).",
        ("the user was renamed", "the certificate belongs to somebody else"),
    ),
    Entry(
        0x8009033E,
        "SEC_E_SMARTCARD_LOGON_REQUIRED",
        "The account may only log on with a smart card or certificate.",
        "Use the card, or change the account.",
    ),
    Entry(
        0x80090346,
        "SEC_E_BAD_BINDINGS",
        "The login is not bound to the TLS connection that it came over, or to another one.",
        "Update the client so that it sends channel bindings, or lower LdapEnforceChannelBinding for a while.",
        ("a TLS terminator stands between client and server", "an old LDAP client sends no channel bindings"),
    ),
    Entry(
        0x80090350,
        "SEC_E_DOWNGRADE_DETECTED",
        "Somebody tried to make the login weaker than both sides can do.",
        "Check that a domain controller can be reached; the certificate is not at fault.",
    ),
    Entry(
        0x80090354,
        "SEC_E_PKINIT_CLIENT_FAILURE",
        "The client's certificate was not accepted for the logon.",
        "Look into the event log of the domain controller: events 19, 21 and 39 to 41 of the KDC say more.",
    ),
    Entry(
        0x80090358,
        "SEC_E_REVOCATION_OFFLINE_KDC",
        "Whether the domain controller's certificate is revoked could not be found out.",
        "Make the CRL that its certificate names reachable for the clients.",
        windows=hresult.CRYPT_E_REVOCATION_OFFLINE,
    ),
    Entry(
        0x80090359,
        "SEC_E_ISSUING_CA_UNTRUSTED_KDC",
        "The client does not trust the CA of the domain controller's certificate.",
        "Install that CA's root on the client, and publish the CA to NTAuth.",
        windows=hresult.CERT_E_UNTRUSTEDROOT,
    ),
    Entry(0x8009035A, "SEC_E_KDC_CERT_EXPIRED", "The domain controller's certificate has expired.", _DC),
    Entry(0x8009035B, "SEC_E_KDC_CERT_REVOKED", "The domain controller's certificate was revoked.", _DC),
    Entry(0x8009035D, "SEC_E_INVALID_PARAMETER", "An argument of the call is not valid.", _RETRY),
    Entry(
        0x80090362,
        "SEC_E_PKU2U_CERT_FAILURE",
        "The peer's certificate was not accepted between two machines without a domain.",
        "Check the certificates of both.",
    ),
    Entry(
        0x80090367,
        "SEC_E_APPLICATION_PROTOCOL_MISMATCH",
        "Client and server have no application protocol in common (ALPN).",
        "Let one of them offer the protocol of the other, as h2 or http/1.1.",
    ),
)

CRYPTOGRAPHY: Final = (
    Entry(0x80090003, "NTE_BAD_KEY", "The key cannot be used.", _KEY_RIGHTS),
    Entry(0x80090005, "NTE_BAD_DATA", "Data cannot be decrypted or decoded.", "Check the key, the file or password."),
    Entry(
        0x80090006,
        "NTE_BAD_SIGNATURE",
        "A signature does not verify.",
        "Find the right issuer, or have the certificate issued again.",
        windows=hresult.TRUST_E_CERT_SIGNATURE,
    ),
    Entry(
        0x8009000B,
        "NTE_BAD_KEY_STATE",
        "The key may not be used in this way, as when one is to be exported that may not be.",
        "Import the key again and mark it as exportable, or use it where it is.",
    ),
    Entry(0x8009000D, "NTE_NO_KEY", "There is no such key.", _KEY_RIGHTS),
    Entry(0x8009000F, "NTE_EXISTS", "A key or container of this name is there already.", "Use another name."),
    Entry(
        0x80090010,
        "NTE_PERM",
        "The account may not use the key.",
        _KEY_RIGHTS,
        ("the service runs under another account than the one that imported the certificate",),
    ),
    Entry(
        0x80090011,
        "NTE_NOT_FOUND",
        "A key, a container or a provider was not found.",
        "Check that the certificate has its private key: certutil -repairstore my THUMBPRINT.",
    ),
    Entry(
        0x80090014,
        "NTE_BAD_PROV_TYPE",
        "The key lies in another kind of cryptographic provider than the program can use.",
        "Import the key into a provider that the program knows (certutil -csp).",
    ),
    Entry(
        0x80090016,
        "NTE_BAD_KEYSET",
        "The key container that the certificate points to does not exist, or may not be opened.",
        _KEY_RIGHTS,
        (
            "the certificate was copied to the machine without its key",
            "the account may not read the key's file",
            "the profile of the user is not loaded",
        ),
    ),
    Entry(0x80090019, "NTE_KEYSET_NOT_DEF", "The provider has no such key container.", _KEY_RIGHTS),
    Entry(
        0x80090020,
        "NTE_FAIL",
        "The cryptographic provider failed without saying why.",
        "Look for an error of the smart card, the TPM or the HSM that holds the key.",
    ),
    Entry(
        0x80090022,
        "NTE_SILENT_CONTEXT",
        "The key wants to ask a person, as for a PIN, and there is none to be asked.",
        "Use a key without prompt for a service, or set strong key protection off.",
    ),
    Entry(0x80090026, "NTE_INVALID_HANDLE", "A key is used that is closed.", _RETRY),
    Entry(
        0x80090029,
        "NTE_NOT_SUPPORTED",
        "The key's provider cannot do what is asked, as to sign with PSS.",
        "Use a key in a newer provider (CNG), or restrict TLS to what the old one can do.",
    ),
    Entry(0x8009002D, "NTE_INTERNAL_ERROR", "The cryptographic provider failed inside.", "Restart it and try again."),
    Entry(
        0x80092002,
        "CRYPT_E_BAD_ENCODE",
        "Something cannot be encoded or decoded.",
        "Check that the file is a certificate.",
    ),
    Entry(0x80092003, "CRYPT_E_FILE_ERROR", "A file cannot be read or written.", "Check the path and the rights."),
    Entry(
        0x80092004,
        "CRYPT_E_NOT_FOUND",
        "The certificate, CRL or property that was looked for is not there.",
        "Check the store (machine or user) and the thumbprint; type it anew, as a pasted one may begin with an "
        "invisible character.",
        ("the certificate lies in another store", "it has no private key"),
    ),
    Entry(0x80092005, "CRYPT_E_EXISTS", "It is in the store already.", "Nothing needs to be done."),
    Entry(
        0x80092007,
        "CRYPT_E_SELF_SIGNED",
        "The certificate is self-signed: it has no issuer other than itself.",
        "Use one that a CA issued, or trust it explicitly.",
        windows=hresult.CERT_E_UNTRUSTEDROOT,
    ),
    Entry(0x80092009, "CRYPT_E_NO_MATCH", "Nothing matches what was looked for.", "Widen what is looked for."),
    Entry(
        0x8009200B,
        "CRYPT_E_NO_KEY_PROPERTY",
        "The certificate is not connected with a private key.",
        "Import it with its key (PKCS#12), or connect them: certutil -repairstore my THUMBPRINT.",
    ),
    Entry(
        0x8009200C,
        "CRYPT_E_NO_DECRYPT_CERT",
        "None of the certificates here can decrypt the message.",
        "Import the certificate, with its key, that the message was encrypted for.",
    ),
    Entry(0x8009200E, "CRYPT_E_NO_SIGNER", "The message has no signer.", "Check that the right file was given."),
    Entry(
        0x80092026,
        "CRYPT_E_SECURITY_SETTINGS",
        "A setting of this machine forbids the operation.",
        "Look at the software restriction and weak-cryptography policies.",
    ),
    Entry(
        0x80092028,
        "CRYPT_E_NO_VERIFY_USAGE_CHECK",
        "The usage of the certificate could not be checked.",
        "Look at the trust lists (CTL) that are in use.",
    ),
    Entry(0x8009202A, "CRYPT_E_NOT_IN_CTL", "It is not in the certificate trust list.", "Add it to the list."),
    Entry(
        0x8009202B,
        "CRYPT_E_NO_TRUSTED_SIGNER",
        "None of the signers is trusted.",
        "Trust the CA of one of them.",
        windows=hresult.CERT_E_UNTRUSTEDROOT,
    ),
    Entry(0x80093102, "CRYPT_E_ASN1_EOD", "The encoded data end too early.", "Get the file again: it is cut short."),
    Entry(0x80093103, "CRYPT_E_ASN1_CORRUPT", "The encoded data are damaged.", _REISSUE),
)

TRUST: Final = (
    Entry(
        0x800B0001,
        "TRUST_E_PROVIDER_UNKNOWN",
        "Windows does not know the kind of trust check that is asked for.",
        "Repair the registration of the trust providers (wintrust.dll).",
    ),
    Entry(
        0x800B0003,
        "TRUST_E_SUBJECT_FORM_UNKNOWN",
        "Windows cannot check signatures on this kind of file.",
        "Sign a file of a known kind, or a catalogue.",
    ),
    Entry(
        0x800B0004,
        "TRUST_E_SUBJECT_NOT_TRUSTED",
        "The file is not trusted.",
        "Look at the signature and its signer's chain.",
    ),
    Entry(
        0x800B0100,
        "TRUST_E_NOSIGNATURE",
        "The file has no signature.",
        "Sign it, or get a copy that is signed.",
        ("the file was changed after signing", "only its catalogue is signed, and the catalogue is not installed"),
    ),
    Entry(0x80096001, "TRUST_E_SYSTEM_ERROR", "The trust check failed inside Windows.", "Restart and try again."),
    Entry(
        0x80096002,
        "TRUST_E_NO_SIGNER_CERT",
        "The certificate of the signer is not to be found.",
        "Sign with the signer's certificate included.",
    ),
    Entry(
        0x80096003,
        "TRUST_E_COUNTER_SIGNER",
        "The time stamp's signature is not valid.",
        "Have the file time-stamped again.",
    ),
    Entry(
        0x80096005,
        "TRUST_E_TIME_STAMP",
        "The time stamp or its certificate cannot be verified.",
        "Have the file time-stamped again.",
    ),
    Entry(
        0x80096010,
        "TRUST_E_BAD_DIGEST",
        "The file was changed after it was signed.",
        "Get the file again from its maker.",
    ),
)

MORE_HRESULTS: Final = (*SECURITY_SUPPORT, *CRYPTOGRAPHY, *TRUST)
