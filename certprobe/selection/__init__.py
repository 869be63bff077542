"""Which client certificate to send, and why not the others; pure."""
