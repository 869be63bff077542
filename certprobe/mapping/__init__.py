"""Which account a certificate maps to, as Windows and slapd see it; pure."""
