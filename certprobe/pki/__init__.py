"""The nouns of RFC 5280: names, certificates, usages, identities, stores; no I/O and no clock."""
