"""A laboratory on loopback: a PKI with any fault on purpose, and servers to try it on."""
