"""Noise that all nodes draw together, written from P-66 and P-72 of docs/protocol.md. Standard library only."""

from check_noise import weights
from conventions import hmac256, label, u32

DRAW_BYTES = 17


def joint_draw(seed, number):
    """What a draw is made of."""
    return hmac256(seed, label("noise") + u32(number))[:DRAW_BYTES]


class Noise:
    """A distribution of the rate numerator / denominator."""

    def __init__(self, kind, numerator, denominator):
        folded = [own if x == 0 else 2 * own for x, own in enumerate(weights(kind, numerator, denominator))]
        total, reached, self.thresholds = sum(folded), 0, []
        for weight in folded:
            reached += weight
            self.thresholds.append(int(reached / total * 2**128))

    def draw(self, data):
        uniform = int.from_bytes(data[:16], "big")
        magnitude = sum(uniform >= threshold for threshold in self.thresholds)
        return -magnitude if data[16] & 1 else magnitude
