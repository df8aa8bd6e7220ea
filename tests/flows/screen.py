# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the screen: read straight from the X server's frame buffer, kept as PNG, and counted."""
import mmap
import struct
import zlib
from collections import Counter

HEADER = struct.Struct(">25I")  # of an XWD file, which is what Xvfb keeps


class Box:
    """A rectangle on the screen, in pixels; right and bottom lie outside."""

    def __init__(self, x, y, width, height):
        self.x, self.y, self.width, self.height = x, y, width, height

    right = property(lambda self: self.x + self.width)
    bottom = property(lambda self: self.y + self.height)
    middle = property(lambda self: (self.x + self.width // 2, self.y + self.height // 2))
    empty = property(lambda self: self.width <= 0 or self.height <= 0)

    def holds(self, other, slack=0):
        """Whether `other` lies within, but for `slack` pixels."""
        return (other.x >= self.x - slack and other.y >= self.y - slack
                and other.right <= self.right + slack and other.bottom <= self.bottom + slack)

    def common(self, other):
        """What both cover; empty where they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Box(x, y, min(self.right, other.right) - x, min(self.bottom, other.bottom) - y)

    def __repr__(self):
        return f"{self.width}x{self.height} at {self.x},{self.y}"


class Screen:
    """The picture of one X server of depth 24."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        fields = HEADER.unpack_from(self._map)
        self.box = Box(0, 0, fields[4], fields[5])
        self._line = fields[12]
        self._start = fields[0] + fields[19] * 12  # behind the header and its colour map

    def row(self, y, left, right):
        """Pixels of a row as numbers 0xRRGGBB."""
        at = self._start + y * self._line
        return memoryview(self._map[at + 4 * left:at + 4 * right]).cast("I")

    def colours(self, box):
        """How often each colour stands within `box`."""
        box = box.common(self.box)
        counts = Counter()
        if not box.empty:
            for y in range(box.y, box.bottom):
                counts.update(self.row(y, box.x, box.right))
        return counts

    def save(self, path):
        """Writes everything as PNG."""
        with open(path, "wb") as file:
            file.write(png(self.box.width, self.box.height, b"".join(map(self._rgb_line, range(self.box.height)))))

    def _rgb_line(self, y):
        pixels = bytes(self.row(y, 0, self.box.width))
        line = bytearray(3 * self.box.width)
        line[0::3], line[1::3], line[2::3] = pixels[2::4], pixels[1::4], pixels[0::4]
        return b"\0" + bytes(line)


def png(width, height, lines):
    """A PNG file of RGB `lines`, each with its filter byte."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines, 3)) + chunk(b"IEND", b""))
