"""Forms that the texts share: refusals, decimals, base64, UTF-8. Python's own are too lenient for all of them."""

import base64
import re

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)\Z", re.ASCII)


class Refused(Exception):
    """What was read is not what a text describes, or does not prove what it should."""


def check(condition, reason):
    if not condition:
        raise Refused(reason)


def decimal(text, limit=2**64 - 1):
    """ASCII decimal without a sign and without leading zeroes."""
    check(_DECIMAL.match(text) and len(text) <= 20, f"not a decimal: {text!r}")
    number = int(text)
    check(number <= limit, f"too large: {text}")
    return number


def from_base64(text):
    """RFC 4648 section 4; the one encoding of what it holds, padding bits and all."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise Refused(f"not base64: {text!r}") from error
    check(to_base64(value) == text, f"not canonical base64: {text!r}")
    return value


def to_base64(value):
    return base64.b64encode(value).decode("ascii")


def hash_line(text):
    value = from_base64(text)
    check(len(value) == 32, "a hash has 32 bytes")
    return value


def utf8(value):
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8") from error
