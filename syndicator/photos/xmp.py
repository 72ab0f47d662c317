"""XMP packets of pictures, read with limits."""

from __future__ import annotations

from lxml import etree

#: Bytes of a packet that is read.
MAX_PACKET_BYTES = 100_000

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def root_of(packet: object) -> etree._Element | None:
    """The root of a packet; ``None`` where there is none that can be read."""
    if not isinstance(packet, bytes) or len(packet) > MAX_PACKET_BYTES:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        return etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
