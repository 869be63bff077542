"""An inventory as a document of dictionaries, lists, strings and numbers, contracted in `inventory.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki.account import security_identifiers, user_principal_names
from certprobe.pki.credential import is_end_entity
from certprobe.report.inventory_strays import stray
from certprobe.report.mapping import mapping
from certprobe.report.spelling import cause, certificate_facts, key_facts, public_key, summary, time

if TYPE_CHECKING:
    from certprobe.pki.decode import FoundCertificate
    from certprobe.report import shape_inventory
    from certprobe.report.inventory import Identity, Inventory, LookedAt

SCHEMA: Final = 1


def inventory_document(inventory: Inventory) -> shape_inventory.Inventory:
    """Return what was found as JSON's types; no key and no password is in it."""
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": inventory.version,
        "verdict": {
            "exit_code": inventory.exit_code,
            "faults": [
                {**cause(fault.cause), "source": fault.source, "subject": fault.subject}
                for fault in inventory.every_fault
            ],
        },
        "at": time(inventory.at),
        "files": [_looked_at(file) for file in inventory.files],
        "identities": [
            _identity(number, identity, inventory) for number, identity in enumerate(inventory.identities, 1)
        ],
        "certificates": [{**_placed(loose.found), "in_chain": loose.in_chain} for loose in inventory.certificates],
        "private_keys": [
            {
                "source": key.source,
                "friendly_name": key.friendly_name,
                "public_key": key_facts(key.public_key),
                "request": key.request,
            }
            for key in inventory.keys
        ],
        "locked_keys": [{"source": key.source, "reason": key.reason} for key in inventory.locked],
        "strays": [stray(found) for found in inventory.strays],
    }


def _looked_at(file: LookedAt) -> shape_inventory.LookedAt:
    return {
        "path": file.path,
        "named": file.named.value,
        "format": file.format,
        "certificates": file.certificates,
        "private_keys": file.private_keys,
        "others": file.others,
        "fault": file.fault,
    }


def _identity(number: int, identity: Identity, inventory: Inventory) -> shape_inventory.Identity:
    credential = identity.credential
    certificate = credential.certificate
    authority = certificate.authority_key_identifier
    return {
        "number": number,
        "source": credential.source,
        "friendly_name": credential.friendly_name,
        "key_status": credential.key_status.value,
        "certificate": certificate_facts(certificate),
        "authority_key_identifier": authority.key_identifier.hex() if authority and authority.key_identifier else None,
        "account": {
            "user_principal_names": list(user_principal_names(certificate)),
            "security_identifiers": list(security_identifiers(certificate)),
        },
        "mapping": mapping(certificate, inventory.accounts),
        "issuers": [_placed(found) for found in identity.issuers],
        "chain_end": identity.chain_end.value,
    }


def _placed(found: FoundCertificate) -> shape_inventory.Placed:
    certificate = found.certificate
    return {
        **summary(certificate),
        "source": found.source,
        "friendly_name": found.friendly_name,
        "sha256": certificate.sha256,
        "ca": not is_end_entity(certificate),
        "public_key": public_key(certificate),
    }
