#!/usr/bin/env python3
"""A second reader of the public log, written from the texts alone: C2SP signed-note, tlog-checkpoint, tlog-cosignature,
tlog-tiles, tlog-witness, tlog-proof and tlog-policy, RFC 6962 and RFC 9162. It shares no line with crates/tlog.

Each command prints a verdict in JSON and ends with 0 (accepted) or 1 (refused)."""

import argparse
import json
import sys
from pathlib import Path

import merkle
import tiles
from forms import Refused, check, decimal, from_base64, hash_line, to_base64, utf8
from notes import Note, make_cosignature, make_signature, read_checkpoint, read_key, read_lines, read_note
from policies import check_checkpoint, read_policy

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
MAX_EXTRA, MAX_PATH = 64 * 1024, 63


class Declined(Refused):
    """A witness's refusal, with its HTTP status."""

    def __init__(self, status, reason, size=None):
        super().__init__(reason)
        self.verdict = {"status": status} | ({} if size is None else {"size": size})


def shown(checkpoint, cosigned=None):
    verdict = {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}
    return verdict if cosigned is None else verdict | {"cosigned": cosigned}


def note(case):
    """A note, signed by one key."""
    key = read_key(case["key"])
    check(read_note(case["note"]).is_signed_by(key), f"not signed by {key.name}")
    return {"vkey": key.vkey()}


def checkpoint(case):
    """A checkpoint under a policy."""
    return shown(*check_checkpoint(case["checkpoint"], read_policy(case["policy"]), case.get("origin")))


def proof(case):
    """A proof file of a leaf hash under a policy (tlog-proof)."""
    policy = read_policy(case["policy"])
    extra, index, path, signed = read_proof(case["proof"])
    read, cosigned = policy.check_note(signed)
    merkle.verify_inclusion(case["leaf"], index, read.size, path, read.root)
    return shown(read, cosigned) | {"index": index, "extra": extra.hex()}


def read_proof(value):
    head, empty_line, rest = utf8(value).partition("\n\n")
    check(empty_line, "the proof has no checkpoint")
    lines = head.split("\n")
    check(lines.pop(0) == PROOF_HEADER, f"the first line is not {PROOF_HEADER}")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0).removeprefix("extra "))
        check(0 < len(extra) <= MAX_EXTRA, "extra data that is empty or too long")
    check(lines and lines[0].startswith("index "), "there is no index")
    index = decimal(lines.pop(0).removeprefix("index "))
    check(len(lines) <= MAX_PATH, "the path is too long")
    signed = read_note(rest.encode())
    read_checkpoint(signed.text)
    return extra, index, [hash_line(line) for line in lines], signed


def consistency(case):
    """A request for a cosignature, as a witness judges it that has cosigned `last` (tlog-witness, "add-checkpoint")."""
    try:
        old, path, signed, read = read_request(case["request"])
    except Refused as refused:
        raise Declined(400, str(refused)) from refused
    keys = [log for log in read_policy(case["policy"]).logs if log.name == read.origin]
    if not keys:
        raise Declined(404, f"the log {read.origin} is unknown")
    try:
        signed_by = [key for key in keys if signed.is_signed_by(key)]  # all are asked: one that fails refuses the note
        check(signed_by, "no trusted signature")
    except Refused as refused:
        raise Declined(403, str(refused)) from refused
    if old > read.size:
        raise Declined(400, "the old size is larger than the checkpoint's")
    last_size, last_root = case.get("last", (0, merkle.EMPTY_ROOT))
    if old != last_size:
        raise Declined(409, "the old size is not the latest", last_size)
    try:
        merkle.verify_consistency(old, last_root, read.size, read.root, path)
    except Refused as refused:
        raise Declined(422, str(refused)) from refused
    return shown(read) | {"status": 200}


def read_request(value):
    head, empty_line, rest = utf8(value).partition("\n\n")
    check(empty_line, "the request has no checkpoint")
    first, *lines = head.split("\n")
    check(first.startswith("old "), "the first line is not an old size")
    check(len(lines) <= MAX_PATH, "too many hashes")
    signed = read_note(rest.encode())
    old, path = decimal(first.removeprefix("old ")), [hash_line(line) for line in lines]
    return old, path, signed, read_checkpoint(signed.text)


def witness_response(case):
    """The body of a witness's 200: every line of a listed witness holds, and there is one."""
    signed = read_note(case["checkpoint"])
    read = read_checkpoint(signed.text)
    check(len(case["response"]) <= 1 << 20, "the response is too long")
    lines = Note(signed.text, read_lines(utf8(case["response"])))
    keys = read_policy(case["policy"]).witnesses.values()
    times = [[key.name, time] for key in keys for time in lines.cosigned_at(key)]
    check(times, "no cosignature is by a known witness")
    check(all(time > 0 for _, time in times), "a cosignature without a time")
    return shown(read, times)


def conflict(case):
    """The body of a witness's 409."""
    text = utf8(case["response"])
    check(text.endswith("\n"), "no newline")
    return {"size": decimal(text[:-1])}


def policy(case):
    """A policy, by itself."""
    read = read_policy(case["policy"])
    return {"logs": [key.vkey() for key in read.logs], "witnesses": [key.vkey() for key in read.witnesses.values()]}


def tile_path(case):
    level, index, width = tiles.read_tile_path(case["path"])
    return {"level": level, "index": index, "width": width}


def bundle(case):
    return {"entries": [entry.hex() for entry in tiles.read_bundle(case["bundle"], case["width"])]}


def inclusion(case):
    merkle.verify_inclusion(case["leaf"], case["index"], case["size"], case["hashes"], case["root"])
    return {}


def extension(case):
    merkle.verify_consistency(case["old"], case["old_root"], case["size"], case["root"], case["hashes"])
    return {}


def tree(case):
    return {"root": merkle.root([merkle.leaf_hash(entry) for entry in case["entries"]]).hex()}


def log(case):
    """A log in a folder: every bundle, every tile, and the checkpoint's root."""
    folder = tiles.Folder(case["folder"])
    value = folder.file("checkpoint")
    if "policy" in case:
        read, cosigned = check_checkpoint(value, read_policy(case["policy"]))
    else:
        read, cosigned = read_checkpoint(read_note(value).text), None
    folder.verify(read.size, read.root)
    return shown(read, cosigned) | {"tiles": folder.tiles}


def make_note(case):
    """A text, signed."""
    text = utf8(case["text"])
    return {"made": f"{text}\n{make_signature(text, case['seed'], case['name']).line()}"}


def make_cosignature_line(case):
    signed = read_note(case["checkpoint"])
    read_checkpoint(signed.text)
    return {"made": make_cosignature(signed.text, case["seed"], case["name"], case["time"]).line()}


def make_proof(case):
    """The proof file of one entry of a log in a folder."""
    value, leaves = leaves_of(case["folder"])
    check(case["index"] < len(leaves), "no such entry")
    path = [to_base64(hash) + "\n" for hash in merkle.inclusion_path(case["index"], leaves)]
    return {"made": f"{PROOF_HEADER}\nindex {case['index']}\n{''.join(path)}\n{utf8(value)}"}


def make_request(case):
    """The request for a cosignature of a log in a folder, from an older size."""
    value, leaves = leaves_of(case["folder"])
    check(case["old"] <= len(leaves), "the tree shrinks")
    path = [to_base64(hash) + "\n" for hash in merkle.consistency_path(case["old"], leaves)]
    return {"made": f"old {case['old']}\n{''.join(path)}\n{utf8(value)}"}


def leaves_of(folder):
    folder = tiles.Folder(folder)
    value = folder.file("checkpoint")
    size = read_checkpoint(read_note(value).text).size
    return value, [merkle.leaf_hash(entry) for entry in folder.entries(size)]


COMMANDS = {
    "note": note, "checkpoint": checkpoint, "proof": proof, "consistency": consistency,
    "witness-response": witness_response, "conflict": conflict, "policy": policy, "tile-path": tile_path,
    "bundle": bundle, "inclusion": inclusion, "extension": extension, "tree": tree, "log": log, "make-note": make_note,
    "make-cosignature": make_cosignature_line, "make-proof": make_proof, "make-request": make_request,
}  # fmt: skip

# What of a case is bytes: as text under its name, or in hexadecimal under its name and "_hex".
BYTES = ("note", "checkpoint", "policy", "proof", "request", "response", "bundle", "text")
HEX = ("leaf", "root", "old_root", "seed")


def judge(command, case):
    """The verdict on one case."""
    try:
        return {"accepted": True} | COMMANDS[command](read_case(case))
    except Refused as refused:
        return {"accepted": False, "reason": str(refused)} | getattr(refused, "verdict", {})


def read_case(case):
    case = dict(case)
    for name in BYTES:
        if name + "_hex" in case:
            case[name] = hexadecimal(case[name + "_hex"])
        elif name in case:
            case[name] = case[name].encode()
    for name in HEX:
        if name in case:
            case[name] = hexadecimal(case[name])
    for name in ("hashes", "entries"):
        if name in case:
            case[name] = [hexadecimal(value) for value in case[name]]
    if "last" in case:
        case["last"] = (case["last"][0], hexadecimal(case["last"][1]))
    return case


def hexadecimal(text):
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Refused(f"not hexadecimal: {text!r}") from error


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, positional, required=(), optional=()):
        of = commands.add_parser(name, help=COMMANDS[name].__doc__.split("\n")[0])
        of.add_argument(positional, type=str if positional == "folder" else Path)
        for option in (*required, *optional):
            of.add_argument(f"--{option}", type=Path if option in BYTES else str, required=option in required)

    command("checkpoint", "checkpoint", ["policy"], ["origin"])
    command("proof", "proof", ["leaf", "policy"])
    command("consistency", "request", ["policy"], ["last"])  # --last SIZE:ROOT
    command("witness-response", "response", ["checkpoint", "policy"])
    command("conflict", "response")
    command("policy", "policy")
    command("note", "note", ["key"])
    command("log", "folder", (), ["policy"])
    commands.add_parser("judge", help="Many cases of a JSON file at once.").add_argument("cases", type=Path)
    return parser.parse_args()


def main():
    given = {name: value for name, value in vars(arguments()).items() if value is not None}
    command = given.pop("command")
    if command == "judge":
        cases = json.loads(given["cases"].read_bytes())
        print(json.dumps([judge(case["command"], case["input"]) for case in cases]))
        return 0
    try:
        case = {name: value for name, value in given.items() if not isinstance(value, Path)}
        case |= {name + "_hex": value.read_bytes().hex() for name, value in given.items() if isinstance(value, Path)}
    except OSError as error:
        print(json.dumps({"accepted": False, "reason": str(error)}))
        return 1
    if "last" in case:
        size, _, last_root = case["last"].partition(":")
        case["last"] = (int(size), last_root)
    verdict = judge(command, case)
    print(json.dumps(verdict))
    return 0 if verdict["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
