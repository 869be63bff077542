"""The other schemas have the definitions that they share with the report's: copied here, never by hand.

`make schema` writes them anew.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

REPORT = "schema.json"
VERIFICATION = "verification.json"
MATCH = "match.json"
INVENTORY = "inventory.json"
QUESTION = "question.json"
_DEFINITIONS = '  "$defs": {\n'
_END = "\n  }\n}\n"
_DEFINITION = re.compile(r'^    "(?P<name>\w+)": \{(?:[^\n]*\}|\n.*?^    \})(?=,?$)', re.MULTILINE | re.DOTALL)
_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')


def text(name: str) -> str:
    """A schema of the package as it stands in its file."""
    return files("certprobe.report").joinpath(name).read_text(encoding="utf-8")


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text(name))
    return loaded


def definitions(of: str) -> dict[str, str]:
    """Every definition of a schema's text, each from its name to its last brace."""
    return {match["name"]: match[0] for match in _DEFINITION.finditer(of.partition(_DEFINITIONS)[2])}


def with_shared_definitions(own: str, report: str) -> str:
    """The schema `own` with all that it needs of the report's, in the report's order, and nothing else of it."""
    shared = definitions(report)
    head = own.partition(_DEFINITIONS)[0]
    kept = {name: block for name, block in definitions(own).items() if name not in shared}
    wanted, needed = _REFERENCE.findall(head + "".join(kept.values())), set[str]()
    while wanted:
        name = wanted.pop()
        if name in shared and name not in needed:
            needed.add(name)
            wanted += _REFERENCE.findall(shared[name])
    copies = [block for name, block in shared.items() if name in needed]
    return head + _DEFINITIONS + ",\n".join([*kept.values(), *copies]) + _END


if __name__ == "__main__":
    for name in (VERIFICATION, MATCH, INVENTORY, QUESTION):
        path = Path(str(files("certprobe.report").joinpath(name)))
        path.write_text(with_shared_definitions(text(name), text(REPORT)), encoding="utf-8")
