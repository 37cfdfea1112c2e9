"""Every way of docs/protocol.md section 11, and some more, in which an authority can break the protocol.

`attempts` are entries and calls that the coordinator must refuse; after them the right thing is done, and the round
goes on.
Each of the others, a *deed*, is one thing done wrong, in all else honestly: `violation/what`, some `@stage` of a list.
"""

import attempts
import deeds

NAMES = ["attempts", *deeds.DEEDS]


def made(honest, names):
    """A class that is honest but for these names."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise SystemExit(f"no such misbehaviour: {', '.join(unknown)}; `misbehaviours` lists them")
    parents = [attempts.Attempts if name == "attempts" else deeds.DEEDS[name] for name in names]
    return type("Misbehaving", (*parents, honest), {})
