"""Decoding of base64 and hex, in which no two strings decode to the same bytes."""

import base64
import binascii
import re


def decoded_base64(text: str) -> bytes | None:
    """Return the bytes of a base64 string, or None if it is not their canonical encoding.

    Missing padding, line breaks and stray bits at the end, all of which Python's own decoder
    accepts, give None.
    """
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def decoded_hex(text: str) -> bytes | None:
    """Return the bytes of a hex string in either case, or None if it is anything else."""
    return bytes.fromhex(text) if re.fullmatch(r"([0-9A-Fa-f]{2})*", text) else None
