"""Signed notes, verifier keys, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature)."""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forms import Refused, check, decimal, from_base64, hash_line, to_base64, utf8

ED25519, COSIGNATURE = 0x01, 0x04
MAX_NOTE, MAX_SIGNATURES = 1 << 20, 64
MAX_TIME = 2**63 - 1
DASH = "\u2014"
# The characters of the Unicode property White_Space; str.isspace() knows others.
SPACES = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200B)}


def check_name(name):
    check(name, "a key name is empty")
    check(not any(c in SPACES or c == "+" or c < " " for c in name), "a key name holds a space, a plus or a control")


@dataclass(frozen=True)
class Key:
    """A verifier key (signed-note, "Verifier keys")."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self):
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    def verifies(self, message, signature):
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_key(text):
    parts = text.split("+", 2)
    check(len(parts) == 3, "a verifier key has three parts")
    name, key_id, material = parts[0], parts[1], from_base64(parts[2])
    check_name(name)
    check(material and material[0] in (ED25519, COSIGNATURE), "a key of a type that is not supported")
    check(len(material) == 33, "an Ed25519 key has 32 bytes")
    key = Key(name, material[0], material[1:])
    check(key_id == key.id.hex(), "the key id does not follow from name and key")
    return key


@dataclass(frozen=True)
class Signature:
    """A signature line."""

    name: str
    id: bytes
    value: bytes

    def line(self):
        return f"{DASH} {self.name} {to_base64(self.id + self.value)}\n"

    def names(self, key):
        return (self.name, self.id) == (key.name, key.id)


def read_lines(text):
    """One or more signature lines, each with its newline."""
    check(text.endswith("\n"), "a signature line does not end in a newline")
    lines = text[:-1].split("\n")
    check(len(lines) <= MAX_SIGNATURES, "too many signatures")
    return [read_line(line) for line in lines]


def read_line(line):
    check(line.startswith(DASH + " "), "a signature line does not begin with an em dash and a space")
    name, space, value = line[2:].partition(" ")
    check(space, "a signature line has no signature")
    check_name(name)
    value = from_base64(value)
    check(len(value) >= 5, "a signature has at least five bytes")
    return Signature(name, value[:4], value[4:])


@dataclass(frozen=True)
class Note:
    """A text and its signatures."""

    text: str
    signatures: list

    def is_signed_by(self, key):
        """Whether a key of type 0x01 signed; a signature that names it and fails refuses the note."""
        check(key.kind == ED25519, "a key of another type")
        mine = [signature for signature in self.signatures if signature.names(key)]
        for signature in mine:
            verified = len(signature.value) == 64 and key.verifies(self.text.encode(), signature.value)
            check(verified, f"a signature by {key.name} does not verify")
        return bool(mine)

    def cosigned_at(self, key):
        """Times at which a key of type 0x04 cosigned."""
        return [cosignature_time(self.text, signature, key) for signature in self.signatures if signature.names(key)]


def read_note(value):
    check(len(value) <= MAX_NOTE, "the note is too long")
    whole = utf8(value)
    check(not any(c < " " and c != "\n" for c in whole), "the note holds a control character")
    head, empty_line, lines = whole.rpartition("\n\n")
    check(empty_line, "the note has no empty line before signatures")
    return Note(head + "\n", read_lines(lines))


@dataclass(frozen=True)
class Checkpoint:
    """The text of a checkpoint (tlog-checkpoint, "Note text")."""

    origin: str
    size: int
    root: bytes


def read_checkpoint(text):
    check(text.endswith("\n"), "the checkpoint does not end in a newline")
    lines = text[:-1].split("\n")
    check(len(lines) >= 3, "a checkpoint has at least three lines")
    check(all(lines), "a line of the checkpoint is empty")
    return Checkpoint(lines[0], decimal(lines[1]), hash_line(lines[2]))


def cosignature_time(text, signature, key):
    """The time of a valid cosignature (tlog-cosignature, "Ed25519 signed message")."""
    check(key.kind == COSIGNATURE, "a key of another type")
    check(len(signature.value) == 72, "a cosignature has 72 bytes")
    time = int.from_bytes(signature.value[:8], "big")
    check(time <= MAX_TIME, "the time of a cosignature is beyond 2^63 - 1")
    check(key.verifies(cosigned(text, time), signature.value[8:]), f"a cosignature by {key.name} does not verify")
    return time


def cosigned(text, time):
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def key_of(seed, name, kind):
    """Both halves of the key of a seed (RFC 8032 section 5.1.5)."""
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    return Key(name, kind, secret.public_key().public_bytes_raw()), secret


def make_signature(text, seed, name):
    key, secret = key_of(seed, name, ED25519)
    return Signature(name, key.id, secret.sign(text.encode()))


def make_cosignature(text, seed, name, time):
    if not 0 < time <= MAX_TIME:
        raise Refused("a cosignature has a time")
    key, secret = key_of(seed, name, COSIGNATURE)
    return Signature(name, key.id, time.to_bytes(8, "big") + secret.sign(cosigned(text, time)))
