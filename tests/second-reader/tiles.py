"""Tiled logs (C2SP tlog-tiles): paths, bundles, and a whole log recomputed from its entries."""

import re
from pathlib import Path

import merkle
from forms import Refused, check, decimal

ENTRIES = "entries"
_INDEX = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}\Z", re.ASCII)


def tile_path(level, index, width):
    elements = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        elements.insert(0, f"x{index % 1000:03}")
    partial = "" if width == 256 else f".p/{width}"
    return f"tile/{level}/{'/'.join(elements)}{partial}"


def read_tile_path(path):
    prefix, _, rest = path.partition("/")
    check(prefix == "tile", "a tile's path begins with tile/")
    level, _, rest = rest.partition("/")
    if level != ENTRIES:
        level = decimal(level, 63)
    elements, partial, width = rest.partition(".p/")
    width = decimal(width, 255) if partial else 256
    check(width >= 1, "an empty tile")
    check(_INDEX.match(elements), "elements of three digits, all but the last behind an x")
    index = int(elements.replace("x", "").replace("/", ""))
    check(index < 2**64, "an index beyond 64 bits")
    check(tile_path(level, index, width) == path, "leading zeroes")
    return level, index, width


def read_bundle(value, width):
    entries = []
    for _ in range(width):
        check(len(value) >= 2, "the bundle is cut")
        length = int.from_bytes(value[:2], "big")
        check(len(value) >= 2 + length, "the bundle is cut")
        entries.append(value[2 : 2 + length])
        value = value[2 + length :]
    check(not value, "bytes are left over behind the bundle")
    return entries


def read_hashes(value, width):
    check(len(value) == 32 * width, "a tile of another length")
    return [value[at : at + 32] for at in range(0, len(value), 32)]


class Folder:
    """A log as files."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.tiles = 0

    def file(self, path):
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise Refused(f"{path} cannot be read") from error

    def tile(self, level, index, width, read):
        """What a tile holds. Where a partial one is gone, the full one begins with it ("Partial Tiles")."""
        self.tiles += 1
        path = tile_path(level, index, width)
        try:
            if width < 256 and not (self.folder / path).is_file():
                return read(self.file(tile_path(level, index, 256)), 256)[:width]
            return read(self.file(path), width)
        except Refused as refused:
            raise Refused(f"{path}: {refused}") from refused

    def level(self, level, count, read):
        """All that a level holds in a tree that has `count` of it."""
        items = []
        for index in range(-(-count // 256)):
            items += self.tile(level, index, min(256, count - 256 * index), read)
        return items

    def entries(self, size):
        return self.level(ENTRIES, size, read_bundle)

    def verify(self, size, root):
        """Recomputes every tile and the root from the entries."""
        hashes = [merkle.leaf_hash(entry) for entry in self.entries(size)]
        check(merkle.root(hashes) == root, "the entries have another root than the checkpoint")
        level = 0
        while hashes:
            stored = self.level(level, len(hashes), read_hashes)
            check(stored == hashes, f"a tile of level {level} holds other hashes than its entries have")
            full = len(hashes) // 256
            hashes = [merkle.root(hashes[256 * n : 256 * n + 256]) for n in range(full)]
            level += 1
