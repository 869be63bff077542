"""What other programs call the options that certprobe has, for those whose fingers know curl, OpenSSL or ldapsearch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

# Our spelling -> those of others. What is no option, or is not needed at all, is told by a sentence.
_JUDGING: Final = {
    "--trust FILE or DIR": "--cacert --capath --ca-certificate --ca-directory -CAfile -CApath -CAstore -trusted",
    "--trust none": "-no-CAfile -no-CApath -no-CAstore",
    "--at TIME": "-attime --attime",
    "--revocation=end-cert": "-crl_check --cert-status",
    "--revocation": "-crl_check_all -crl_download -urlfetch",
    "--crl FILE": "--crlfile --crl-file -CRL -CRLfile",
    "--password-file FILE or --password-env NAME": "--pass --password -pass -passin",
    "-v": "-showcerts -show_chain -text -debug -msg -trace -state -verbose",
    "-q": "-quiet -brief --silent -s",
}
_PROBING: Final = {
    **_JUDGING,
    "--sni NAME": "-servername --server-name",
    "--sni none": "-noservername",
    "--key FILE": "--private-key --keyfile -key",
    "--cert FILE": "-E -cert -certfile -cert_chain --certificate --x509certfile",
    "--connect HOST:PORT": "--resolve --connect-to",
    "--via PROXY": "--proxy --socks5 --socks5-hostname --preproxy -proxy -x",
    "--timeout SECONDS": "--connect-timeout --max-time -m",
    "--tls-min 1.2 --tls-max 1.2": "-tls1_2",
    "--tls-min 1.3": "-tls1_3 --tlsv1.3",
    "--tls-min 1.2": "--tlsv1.2",
    "--legacy --tls-max 1.0": "-tls1",
    "--legacy --tls-max 1.1": "-tls1_1",
    "--legacy": "--tlsv1.0 --tlsv1.1",
    "StartTLS is for directories: certprobe ldap HOST --starttls.": "-starttls --starttls-proto",
    "It is not needed: certprobe goes on whatever the server's certificate is, and says what is wrong with it.": (
        "-k --insecure --no-check-certificate -verify -verify_return_error"
    ),
    "The certificate has to have the name of the address; --connect HOST:PORT goes elsewhere under that name.": (
        "-verify_hostname -verify_ip"
    ),
    "It is not needed: the server is always asked for a stapled OCSP response.": "-status",
}
_HTTPS: Final = {
    **_PROBING,
    "The server is named without an option: certprobe https URL.": "-connect --url -host",
    "Each --path makes one GET request without fields of your own.": "-H --header -X --request -d --data -I --head",
}
_LDAP: Final = {
    **_PROBING,
    "The directory is named without an option: certprobe ldap HOST.": "-H -connect --host --uri -host",
    "--starttls": "-Z -ZZ -starttls",
    "--via PROXY": "--proxy -proxy",
    "It is not needed: SASL EXTERNAL is what is tried, before and after it WhoAmI.": "-Y -x -D -W -w -U -X --external",
}
_VERIFY: Final = {
    **_JUDGING,
    "--untrusted FILE": "-untrusted --intermediates -cert_chain",
    "--usage server, client or an OID": "--purpose -purpose",
    "--host NAME": "-verify_hostname -verify_ip -verify_email --hostname --verify-hostname -servername --sni",
    "--profile rfc5280": "-x509_strict",
    "--flag IGNORE_NOT_TIME_VALID_FLAG": "-no_check_time",
    "--flag IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG": "-ignore_critical",
    "--flag CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG": "-partial_chain --partial-chain",
    "--initial-policy OID": "-policy -policy_check --policy-oid",
    "--initial-policy any": "-policy_print",
    "--flag INITIAL_EXPLICIT_POLICY": "-explicit_policy --explicit-policy --initial-explicit-policy",
    "--flag INITIAL_ANY_POLICY_INHIBIT": "-inhibit_any --inhibit-any-policy --initial-any-policy-inhibit",
    "--flag INITIAL_POLICY_MAPPING_INHIBIT": "-inhibit_map --inhibit-policy-mapping --initial-policy-mapping-inhibit",
}

_MATCH: Final = {
    "A store is named without an option: certprobe match STORE --like URL.": (
        "-E --cert -cert -certfile --certificate --x509certfile --pfx"
    ),
    "--ca-list FILE": "--cacert --capath --ca-certificate -CAfile -CApath --trust",
    "--like URL": "-connect --url -H --host --uri",
    "--key FILE": "--private-key --keyfile -key",
    "--password-file FILE or --password-env NAME": "--pass --password -pass -passin",
    "--sni NAME": "-servername --server-name",
    "--recursive": "-r -R",
    "--at TIME": "-attime --attime",
}
_INSPECT: Final = {
    "A file is named without an option: certprobe inspect FILE.": "-in --infile -keystore --keystore -file -db",
    "It is not needed: what a file is shows by itself.": "-inform --inder --inraw --p12-info -storetype -legacy",
    "It is not needed: everything is shown, and no key.": (
        "-text -noout -info -list -rfc -print -print_certs -subject -issuer -dates -enddate -serial -fingerprint"
        " -purpose -nokeys -nodes -noenc -clcerts -cacerts -nocerts -certificate-info --certificate-info"
    ),
    "--password-file FILE or --password-env NAME": "--pass --password -pass -passin -storepass -keypass",
    "--recursive": "-r -R",
    "--at TIME": "-attime --attime",
    "-q": "-quiet --silent -s",
}


def _by_name(spellings: Mapping[str, str]) -> dict[str, str]:
    return {name: ours for ours, names in spellings.items() for name in names.split()}


_SPELLINGS: Final = {
    "https": _by_name(_HTTPS),
    "ldap": _by_name(_LDAP),
    "verify": _by_name(_VERIFY),
    "match": _by_name(_MATCH),
    "inspect": _by_name(_INSPECT),
}


def told(words: Sequence[str], command: str | None) -> str | None:
    """Say how the command spells the first of the words that is another program's option; None if none is."""
    spellings = _SPELLINGS.get(command or "", {})
    for word in words:
        if word == "--":
            break
        name = word.partition("=")[0]
        if (ours := spellings.get(name)) is not None:
            spelt = ours if ours.endswith(".") else f"certprobe spells it {ours}"
            return f"No such option: {name}. {spelt}"
    return None
