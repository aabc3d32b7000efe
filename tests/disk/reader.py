"""A reader of the folder in plain Python, written from `docs/disk-format.md` alone."""

from __future__ import annotations

import hmac
import pickle
import struct
from pathlib import Path
from typing import NamedTuple

from blake3 import blake3

from disk.aegis import mac

HEAD = struct.Struct("<8sIIQ32s32sqQ4sIIIIIQQ")
SEAL = 32
PIECE = 262_144


class Refused(Exception):
    """The file is no entry that may be used."""


class Entry(NamedTuple):
    created: int
    cost: int
    codec: tuple[bytes, int]
    metadata: bytes
    payload: bytes
    buffers: list[bytes]


def place(folder: Path, application: str, function: str, call: str) -> Path:
    """Where the entry is: "Places"."""
    shown = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in application)
    digest = blake3(application.encode()).hexdigest()
    return folder / f"{shown[:40]}-{digest[:16]}" / function / f"{call}.entry"


def key_of(folder: Path) -> bytes:
    return (folder / "key").read_bytes()


def seal_of(body: bytes, key: bytes) -> bytes:
    """What ends a file: "The seal"."""
    seal_key, piece_key = (
        blake3(key, derive_key_context=f"memoxide disk format 2: {use}").digest()
        for use in ("seal", "pieces")
    )
    tags = (mac(body[at : at + PIECE], piece_key[:16]) for at in range(0, len(body), PIECE))
    return blake3(b"".join(tags), key=seal_key).digest()


def aligned(position: int) -> int:
    return -(-position // 64) * 64


def read(folder: Path, application: str, function: str, call: str, key: bytes) -> Entry:
    """Read an entry: "Reading", "The bytes of an entry"."""
    content = place(folder, application, function, call).read_bytes()
    body, seal = content[:-SEAL], content[-SEAL:]
    if not hmac.compare_digest(seal_of(body, key), seal):
        raise Refused("the seal")
    (
        magic,
        version,
        head,
        size,
        function_digest,
        call_digest,
        created,
        cost,
        tag,
        codec_version,
        form,
        length_of_name,
        length_of_metadata,
        count,
        stored,
        plain,
    ) = HEAD.unpack_from(content)
    if (magic, version, size) != (b"memoxide", 2, len(content)):
        raise Refused("the beginning")
    at = HEAD.size
    name = content[at : at + length_of_name]
    metadata = content[at + length_of_name : at + length_of_name + length_of_metadata]
    at += length_of_name + length_of_metadata
    lengths = struct.unpack_from(f"<{count}Q", content, at)
    if head != aligned(at + 8 * count):
        raise Refused("the head")
    expected = (name.decode(), function_digest.hex(), call_digest.hex())
    if expected != (application, function, call):
        raise Refused("another's name")
    sections = []
    end = head
    for length in (stored, *lengths):
        begin = aligned(end)
        if any(content[end:begin]):
            raise Refused("the padding")
        end = begin + length
        sections.append(content[begin:end])
    if end != len(body):
        raise Refused("the lengths")
    payload, *buffers = sections
    if form == 1:
        payload = decompressed(payload, plain)
    elif form != 0 or plain != stored:
        raise Refused("the form")
    return Entry(created, cost, (tag, codec_version), metadata, payload, buffers)


def decompressed(block: bytes, length: int) -> bytes:
    """One block of LZ4: runs of literals, each followed by a match in what was read so far."""
    out = bytearray()
    at = 0

    def more(count: int) -> int:
        nonlocal at
        if count == 15:
            while True:
                byte = block[at]
                at += 1
                count += byte
                if byte != 255:
                    break
        return count

    while at < len(block):
        token = block[at]
        at += 1
        literals = more(token >> 4)
        out += block[at : at + literals]
        at += literals
        if at == len(block):
            break
        offset = int.from_bytes(block[at : at + 2], "little")
        at += 2
        if not 0 < offset <= len(out):
            raise Refused("a match")
        for _ in range(more(token & 15) + 4):
            out.append(out[-offset])
    if len(out) != length:
        raise Refused("the payload")
    return bytes(out)


def value_of(entry: Entry) -> object:
    """The value: "The codecs". Of polars it is what Arrow has of it."""
    tag, version = entry.codec
    if tag not in {b"pckl", b"plrs"} or version not in {1, 2}:
        raise Refused("the codec")
    stored = entry.buffers[:-1] if version == 2 else entry.buffers
    buffers: list[object] = []
    if stored:
        *parts, flags = stored
        if len(flags) != len(parts):
            raise Refused("the flags")
        buffers += [bytearray(part) if flag else part for part, flag in zip(parts, flags)]
    return pickle.loads(entry.payload, buffers=buffers)
