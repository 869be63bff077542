"""Whose an address is, also when it is dressed up."""

from __future__ import annotations

import pytest

from certprobe.vicinity import ALL_UNICAST, PUBLIC_ONLY, Vicinity, vicinity


@pytest.mark.parametrize(("ip", "expected"), [
    ("8.8.8.8", Vicinity.PUBLIC),
    ("2606:4700::1111", Vicinity.PUBLIC),
    ("127.0.0.1", Vicinity.LOOPBACK),
    ("127.255.0.9", Vicinity.LOOPBACK),
    ("::1", Vicinity.LOOPBACK),
    ("10.0.0.1", Vicinity.PRIVATE),
    ("172.16.0.1", Vicinity.PRIVATE),
    ("192.168.1.1", Vicinity.PRIVATE),
    ("100.64.0.1", Vicinity.PRIVATE),
    ("192.0.2.1", Vicinity.PRIVATE),
    ("240.0.0.1", Vicinity.PRIVATE),
    ("255.255.255.255", Vicinity.PRIVATE),
    ("fd00:ec2::254", Vicinity.PRIVATE),
    ("fec0::1", Vicinity.PRIVATE),
    ("169.254.169.254", Vicinity.LINK_LOCAL),
    ("fe80::1", Vicinity.LINK_LOCAL),
    ("fe80::1%eth0", Vicinity.LINK_LOCAL),
    ("0.0.0.0", Vicinity.UNSPECIFIED),
    ("::", Vicinity.UNSPECIFIED),
    ("224.0.0.1", Vicinity.MULTICAST),
    ("ff02::1", Vicinity.MULTICAST),
    ("ff0e::1", Vicinity.MULTICAST),
    ("::ffff:127.0.0.1", Vicinity.LOOPBACK),
    ("::ffff:169.254.169.254", Vicinity.LINK_LOCAL),
    ("::ffff:8.8.8.8", Vicinity.PUBLIC),
    ("::127.0.0.1", Vicinity.LOOPBACK),
    ("64:ff9b::10.0.0.1", Vicinity.PRIVATE),
    ("64:ff9b::8.8.8.8", Vicinity.PUBLIC),
    ("64:ff9b:1::10.0.0.1", Vicinity.PRIVATE),
    ("2002:7f00:1::", Vicinity.LOOPBACK),
    ("2002:808:808::1", Vicinity.PUBLIC),
    ("2001:0:0:0:0:0:80ff:fffe", Vicinity.LOOPBACK),
])  # fmt: skip
def test_vicinity(ip: str, expected: Vicinity) -> None:
    assert vicinity(ip) is expected


def test_nobody_may_be_sent_to_everybody_or_nobody() -> None:
    assert set(Vicinity) - ALL_UNICAST == {Vicinity.UNSPECIFIED, Vicinity.MULTICAST}
    assert PUBLIC_ONLY < ALL_UNICAST
