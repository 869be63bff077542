"""Real servers for the tests to talk to, and the certificates they are configured with."""
