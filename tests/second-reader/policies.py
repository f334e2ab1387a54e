"""Trust policies (C2SP tlog-policy)."""

from dataclasses import dataclass, field

from forms import Refused, check, decimal, utf8
from notes import COSIGNATURE, ED25519, read_checkpoint, read_key, read_note

MAX_POLICY, MAX_LISTED = 64 * 1024, 32


@dataclass
class Policy:
    """Logs, witnesses by name, groups by name as (threshold, members), and what the quorum is."""

    logs: list = field(default_factory=list)
    witnesses: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    members: set = field(default_factory=set)
    quorum: bytes | None = None

    def line(self, line):
        check(all(byte in (9, *range(0x20, 0x7F), *range(0x80, 0x100)) for byte in line), "a control character")
        items = [item for item in line.replace(b"\t", b" ").split(b" ") if item]
        if not items or items[0].startswith(b"#"):
            return
        kind, items = items[0], items[1:]
        readers = {b"log": self.log, b"witness": self.witness, b"group": self.group, b"quorum": self.set_quorum}
        check(kind in readers, f"a line of no known kind: {kind!r}")
        readers[kind](items)

    def log(self, items):
        check(len(items) in (1, 2), "log <vkey> [<url>]")
        key = read_key(utf8(items[0]))
        check(key.kind == ED25519, "a log's key of another type")
        check(key.public not in [log.public for log in self.logs], "a log's key stands twice")
        self.logs.append(key)
        check(len(self.logs) <= MAX_LISTED, "too many logs")

    def witness(self, items):
        check(len(items) in (2, 3), "witness <name> <vkey> [<url>]")
        self.check_free(items[0])
        key = read_key(utf8(items[1]))
        check(key.kind == COSIGNATURE, "a witness's key of another type")
        check(key.public not in [other.public for other in self.witnesses.values()], "a witness's key stands twice")
        self.witnesses[items[0]] = key
        check(len(self.witnesses) <= MAX_LISTED, "too many witnesses")

    def group(self, items):
        check(len(items) >= 3, "group <name> <k> <name>...")
        name, threshold, members = items[0], items[1], items[2:]
        self.check_free(name)
        for member in members:
            check(member in self.witnesses or member in self.groups, f"{member!r} is not defined")
            check(member not in self.members, f"{member!r} is a member already")
            self.members.add(member)
        words = {b"any": 1, b"all": len(members)}
        k = words[threshold] if threshold in words else decimal(threshold.decode("latin-1"))
        check(1 <= k <= len(members), "a threshold that is not between 1 and the number of members")
        self.groups[name] = (k, members)
        check(len(self.groups) <= MAX_LISTED, "too many groups")

    def set_quorum(self, items):
        check(len(items) == 1, "quorum <name>")
        check(self.quorum is None, "a second quorum line")
        name = items[0]
        check(name == b"none" or name in self.witnesses or name in self.groups, f"{name!r} is not defined")
        self.quorum = name

    def check_free(self, name):
        check(name != b"none" and name not in self.witnesses and name not in self.groups, f"{name!r} is taken")

    def is_witnessed(self, name, cosigned):
        if name == b"none":
            return True
        if name in self.witnesses:
            return name in cosigned
        k, members = self.groups[name]
        return sum(self.is_witnessed(member, cosigned) for member in members) >= k

    def check_note(self, note, origin=None):
        """A checkpoint that a listed log signed and a quorum cosigned: what it says, and the times."""
        checkpoint = read_checkpoint(note.text)
        check(origin is None or origin == checkpoint.origin, f"the checkpoint is of {checkpoint.origin}")
        signed = [log.name for log in self.logs if note.is_signed_by(log)]
        check(checkpoint.origin in signed, f"not signed by a listed log {checkpoint.origin}")
        times = {name: note.cosigned_at(key) for name, key in self.witnesses.items()}
        cosigned = {name: max(found) for name, found in times.items() if found}
        missing = [key.name for name, key in self.witnesses.items() if name not in cosigned]
        check(self.is_witnessed(self.quorum, cosigned), f"too few witnesses; without {', '.join(missing)}")
        return checkpoint, [[self.witnesses[name].name, time] for name, time in cosigned.items()]


def read_policy(value):
    check(len(value) <= MAX_POLICY, "the policy is too long")
    check(not value or value.endswith(b"\n"), "a line does not end in a newline")
    policy = Policy()
    for number, line in enumerate(value.split(b"\n")[:-1], 1):
        try:
            policy.line(line)
        except Refused as refused:
            raise Refused(f"policy, line {number}: {refused}") from refused
    check(policy.quorum is not None, "there is no quorum line")
    return policy


def check_checkpoint(value, policy, origin=None):
    return policy.check_note(read_note(value), origin)
