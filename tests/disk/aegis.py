"""AEGISMAC-128L in plain Python, written from RFC 10032: slow, and nobody else's."""

from __future__ import annotations

C0 = int.from_bytes(bytes.fromhex("000101020305080d1522375990e97962"), "little")
C1 = int.from_bytes(bytes.fromhex("db3d18556dc22ff12011314273b528dd"), "little")


def times(a: int, b: int) -> int:
    """The product of two bytes in the field of AES."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def substitute(byte: int) -> int:
    """The S-box of AES: the inverse, and its bits mixed."""
    inverse = next((other for other in range(256) if times(byte, other) == 1), 0)
    doubled = inverse * 0x101
    return 0x63 ^ inverse ^ ((doubled >> 4 ^ doubled >> 5 ^ doubled >> 6 ^ doubled >> 7) & 0xFF)


def tables() -> list[list[int]]:
    """For each byte of a block what its values add to the block after a round."""
    made = []
    box = [substitute(byte) for byte in range(256)]
    for place in range(16):
        column, row = divmod(place, 4)
        target = (column - row) % 4
        factors = [(2, 3, 1, 1)[(row - below) % 4] for below in range(4)]
        made.append(
            [
                int.from_bytes(bytes(times(value, factor) for factor in factors), "little")
                << 32 * target
                for value in box
            ]
        )
    return made


TABLES = tables()


def aes_round(block: int, key: int) -> int:
    for table, byte in zip(TABLES, block.to_bytes(16, "little")):
        key ^= table[byte]
    return key


def updated(state: list[int], first: int, second: int) -> list[int]:
    added = [first, 0, 0, 0, second, 0, 0, 0]
    return [aes_round(state[at - 1], state[at] ^ added[at]) for at in range(8)]


def mac(data: bytes, key: bytes, nonce: bytes = bytes(16)) -> bytes:
    """The tag of 256 bits."""
    k, n = int.from_bytes(key, "little"), int.from_bytes(nonce, "little")
    state = [k ^ n, C1, C0, C1, k ^ n, k ^ C0, k ^ C1, k ^ C0]
    for _ in range(10):
        state = updated(state, n, k)
    for start in range(0, len(data), 32):
        block = data[start : start + 32].ljust(32, b"\0")
        first, second = (int.from_bytes(half, "little") for half in (block[:16], block[16:]))
        state = updated(state, first, second)
    last = state[2] ^ 8 * len(data) ^ 256 << 64
    for _ in range(7):
        state = updated(state, last, last)
    halves = (state[at] ^ state[at + 1] ^ state[at + 2] ^ state[at + 3] for at in (0, 4))
    return b"".join(half.to_bytes(16, "little") for half in halves)
