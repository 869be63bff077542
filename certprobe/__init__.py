"""certprobe: why a certificate, or a login by certificate, does not work, and what would make it work."""

__version__ = "0.1.0"
