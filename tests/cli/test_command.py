"""How a command line is read: values that may be left out, and the options of other programs."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest

from certprobe.cli.flags import parse_flag
from certprobe.cli.https import https
from certprobe.cli.inspect import inspect
from certprobe.cli.ldap import ldap
from certprobe.cli.main import cli
from certprobe.cli.match import match
from certprobe.cli.spellings import _SPELLINGS, told
from certprobe.cli.verify import verify

COMMANDS = {"https": https, "ldap": ldap, "verify": verify, "match": match, "inspect": inspect}
# A command keeps the names of its --help from its first context, and they come from the parent's.
PARENT = click.Context(cli, info_name="certprobe", **cli.context_settings)
USUAL = "chain-exclude-root"


def parsed(line: str) -> dict[str, Any]:
    name, *words = line.split()
    return COMMANDS[name].make_context(name, words, PARENT).params


def refused(line: str) -> str:
    with pytest.raises(click.UsageError) as error:
        parsed(line)
    return error.value.format_message()


@pytest.mark.parametrize(("line", "revocation", "argument"), [
    ("verify cert.pem --revocation", USUAL, ("cert.pem",)),
    ("verify --revocation cert.pem", USUAL, ("cert.pem",)),
    ("verify --revocation - cert.pem", USUAL, ("-", "cert.pem")),
    ("verify --revocation cert.pem other.pem", USUAL, ("cert.pem", "other.pem")),
    ("verify --revocation chain cert.pem", "chain", ("cert.pem",)),
    ("verify --revocation=end-cert cert.pem", "end-cert", ("cert.pem",)),
    ("verify --revocation --fetch cert.pem", USUAL, ("cert.pem",)),
    ("verify --revocation=chain-exclude-root chain", USUAL, ("chain",)),
    ("verify --revocation -- cert.pem", USUAL, ("cert.pem",)),
    ("verify -- --revocation cert.pem", None, ("--revocation", "cert.pem")),
    ("https --revocation https://h/", USUAL, "https://h/"),
    ("https --revocation end-cert https://h/", "end-cert", "https://h/"),
    ("https https://h/ --revocation", USUAL, "https://h/"),
    ("ldap --revocation dc1.test --ntauth", USUAL, "dc1.test"),
])  # fmt: skip
def test_revocation_takes_no_word_that_is_another(line: str, revocation: str | None, argument: Any) -> None:
    told = parsed(line)
    place = {"verify": "files", "https": "url", "ldap": "host"}[line.split()[0]]
    assert (told["revocation"], told[place]) == (revocation, argument)


@pytest.mark.parametrize("line", ["verify --revocation end cert.pem", "https --revocation end https://h/"])
def test_a_mistyped_scope_is_told_and_what_to_write_if_it_is_none(line: str) -> None:
    words = refused(line)
    assert "'end' is not one of 'end-cert', 'chain', 'chain-exclude-root'." in words
    assert "write: --revocation=chain-exclude-root end" in words


@pytest.mark.parametrize(("line", "nt_auth"), [
    ("ldap h", None),
    ("ldap h --ntauth", "directory"),
    ("ldap --ntauth h", "directory"),
    ("ldap --ntauth h --starttls", "directory"),
    ("ldap --revocation chain --ntauth h", "directory"),
    ("ldap --ntauth store.pem h", "store.pem"),
    ("ldap h --ntauth store.pem", "store.pem"),
    ("ldap h --ntauth directory", "directory"),
    ("ldap --ntauth directory h", "directory"),
    ("ldap --ntauth=store.pem h", "store.pem"),
])  # fmt: skip
def test_the_directory_is_not_taken_for_its_store(line: str, nt_auth: str | None) -> None:
    told = parsed(line)
    assert (told["host"], told["ntauth"]) == ("h", nt_auth)


def test_what_is_missing_is_missing() -> None:
    assert refused("ldap --ntauth") == "Missing argument 'HOST'."
    assert refused("verify --revocation chain") == "Missing argument 'FILE...'."


@pytest.mark.parametrize(("line", "words"), [
    ("https -k https://h/", "No such option: -k. It is not needed: "),
    ("https --cacert r.pem https://h/", "No such option: --cacert. certprobe spells it --trust FILE or DIR"),
    ("https https://h/ --cacert=r.pem", "No such option: --cacert. certprobe spells it --trust FILE or DIR"),
    ("https -connect h:443", "No such option: -connect. The server is named without an option: certprobe https URL."),
    ("https h -servername n", "No such option: -servername. certprobe spells it --sni NAME"),
    ("https h -showcerts", "No such option: -showcerts. certprobe spells it -v"),
    ("https h -quiet", "No such option: -quiet. certprobe spells it -q"),
    ("https h -H X:Y", "No such option: -H. Each --path makes one GET request without fields of your own."),
    ("ldap -H ldaps://h", "No such option: -H. The directory is named without an option: certprobe ldap HOST."),
    ("ldap h -ZZ", "No such option: -ZZ. certprobe spells it --starttls"),
    ("verify -CAfile r.pem a.pem", "No such option: -CAfile. certprobe spells it --trust FILE or DIR"),
    ("verify -untrusted i.pem a.pem", "No such option: -untrusted. certprobe spells it --untrusted FILE"),
    ("verify -purpose sslserver a.pem", "No such option: -purpose. certprobe spells it --usage server, client or "),
    ("verify -attime 1 a.pem", "No such option: -attime. certprobe spells it --at TIME"),
    ("verify -crl_check a.pem", "No such option: -crl_check. certprobe spells it --revocation=end-cert"),
    ("verify -verify_hostname h a.pem", "No such option: -verify_hostname. certprobe spells it --host NAME"),
    ("verify -verbose a.pem", "No such option: -verbose. certprobe spells it -v"),
    ("inspect -in a.pem -text", "No such option: -in. A file is named without an option: certprobe inspect FILE."),
    ("inspect a.jks -storepass x", "No such option: -storepass. certprobe spells it --password-file FILE or "),
    ("inspect -r certs", "No such option: -r. certprobe spells it --recursive"),
    ("verify a.pem --cacerts", "No such option '--cacerts'."),
    ("verify -- a.pem", None),
    ("verify --nope -- -CAfile", "No such option '--nope'."),
    ("verify --flags x a.pem", "No such option '--flags'. "),
])  # fmt: skip
def test_other_programs_options(line: str, words: str | None) -> None:
    if words is None:
        assert parsed(line)["files"] == ("a.pem",)
    else:
        assert refused(line).startswith(words)


@pytest.mark.parametrize("name", COMMANDS)
def test_only_options_that_we_have_are_named_and_none_of_ours_is_told(name: str) -> None:
    ours = {word for parameter in COMMANDS[name].params for word in parameter.opts}
    for theirs, spelling in _SPELLINGS[name].items():
        assert theirs not in ours
        options = set(re.findall(r"(?<!\w)--?[a-z-]+", spelling))
        assert options <= ours | {"--starttls"}, spelling
        flags = re.findall(r"--flag (\w+)", spelling)
        assert all(map(parse_flag, flags))
        assert told((theirs,), name)
        assert refused(f"{name} {theirs} x").startswith(f"No such option: {theirs}. ")
