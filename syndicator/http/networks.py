"""Networks that are not the Internet's, whatever this Python calls them: versions differ in what they call
global (CVE-2024-4032), and some of that leads inside all the same.

https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry (RFC 6890,
RFC 8190), as of November 2025.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

#: Networks that are not the Internet, or lead elsewhere than they say.
SPECIAL_IPV4 = tuple(
    IPv4Network(n)
    for n in (
        "0.0.0.0/8",  # "this network" (RFC 791 section 3.2)
        "10.0.0.0/8",  # private (RFC 1918), as two more below
        "100.64.0.0/10",  # shared by carriers (RFC 6598)
        "127.0.0.0/8",  # this machine (RFC 1122 section 3.2.1.3)
        "168.63.129.16/32",  # the host of Azure's virtual machines
        "169.254.0.0/16",  # link-local (RFC 3927), and the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments (RFC 6890 section 2.1), and Oracle's metadata
        "192.0.2.0/24",  # documentation (RFC 5737), as two more below
        "192.88.99.0/24",  # relays to IPv6, given up (RFC 7526)
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved (RFC 1112 section 4), and broadcast
    )
)

#: All that IANA has ever given out for unicast (https://www.iana.org/assignments/ipv6-address-space). Around
#: it are loopback, private and link-local ranges, and addresses that wrap IPv4 ones in six ways.
UNICAST_IPV6 = IPv6Network("2000::/3")

SPECIAL_IPV6 = tuple(
    IPv6Network(n)
    for n in (
        "2001::/23",  # IETF protocol assignments (RFC 2928): Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation (RFC 3849), as one more below
        "2002::/16",  # IPv4 in 6to4 (RFC 3056)
        "3fff::/20",  # RFC 9637
    )
)


def is_public(address: Address) -> bool:
    """Whether an address is the Internet's, so that anybody may make us connect there."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in SPECIAL_IPV4)
    return address in UNICAST_IPV6 and not any(address in network for network in SPECIAL_IPV6)


def is_loopback(host: str) -> bool:
    """Whether a host, by name or address (IPv6: in brackets or without), is this machine under an address
    that no other one reaches (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3, RFC 6761 section 6.3)."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
