"""Texts that stand for bytes, read so that no two texts stand for the same bytes."""

import base64
import binascii
import re


def decoded_base64(text: str) -> bytes | None:
    """Return the bytes of a text in base64, or None if it is not exactly how they are written.

    Padding that is missing, line breaks and stray bits at the end, all of which Python's own
    decoder overlooks, make it None.
    """
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def decoded_hex(text: str) -> bytes | None:
    """Return the bytes of a text in hex of either case, or None if it is anything else."""
    return bytes.fromhex(text) if re.fullmatch(r"([0-9A-Fa-f]{2})*", text) else None
