"""Merkle trees (RFC 6962 section 2.1) and the verification of RFC 9162 sections 2.1.3.2 and 2.1.4.2."""

import hashlib

from forms import check

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(n):
    """The largest power of two that is smaller than n."""
    return 1 << ((n - 1).bit_length() - 1)


def root(leaves):
    """MTH(D[n])."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return node_hash(root(leaves[:k]), root(leaves[k:]))


def inclusion_path(m, leaves):
    """PATH(m, D[n]) (RFC 6962 section 2.1.1)."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if m < k:
        return inclusion_path(m, leaves[:k]) + [root(leaves[k:])]
    return inclusion_path(m - k, leaves[k:]) + [root(leaves[:k])]


def consistency_path(m, leaves):
    """PROOF(m, D[n]) (RFC 6962 section 2.1.2); nothing from the empty tree (tlog-witness)."""
    return [] if m == 0 else _subproof(m, leaves, True)


def _subproof(m, leaves, whole):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = _split(len(leaves))
    if m <= k:
        return _subproof(m, leaves[:k], whole) + [root(leaves[k:])]
    return _subproof(m - k, leaves[k:], False) + [root(leaves[:k])]


def verify_inclusion(leaf, index, size, path, expected):
    """RFC 9162 section 2.1.3.2."""
    check(index < size, "the leaf lies outside of the tree")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        check(sn != 0, "the path is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    check(sn == 0, "the path is too short")
    check(r == expected, "the path does not lead to the root")


def verify_consistency(first, first_hash, second, second_hash, path):
    """RFC 9162 section 2.1.4.2; sizes of zero and equal sizes as tlog-witness has them."""
    check(first <= second, "the tree shrinks")
    check(first != 0 or first_hash == EMPTY_ROOT, "the older tree is empty and has another root")
    check(second != 0 or second_hash == EMPTY_ROOT, "the newer tree is empty and has another root")
    if first == 0 or first == second:
        check(not path, "the path is not empty")
        check(first == 0 or first_hash == second_hash, "two trees of one size have different roots")
        return
    check(path, "the path is empty")
    if first & (first - 1) == 0:
        path = [first_hash, *path]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        check(sn != 0, "the path is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    check(sn == 0, "the path is too short")
    check(fr == first_hash, "the path does not lead to the older root")
    check(sr == second_hash, "the path does not lead to the newer root")
