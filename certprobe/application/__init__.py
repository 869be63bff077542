"""What is said inside the channel, sans-IO: LDAP (RFC 4511) and HTTP/1.1 (RFC 9112), client and small server sides."""
