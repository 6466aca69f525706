"""`cp932-web`: Shift JIS as browsers and Windows write it, so that what they wrote can be given back.

Windows-31J has two codes for some 370 characters, among them many of names (髙, 﨑): one in NEC's rows 89 to 92, one in
IBM's rows 115 to 119. Python writes NEC's, the web IBM's (https://encoding.spec.whatwg.org/#index-shift_jis-pointer).
Both read the same.
"""

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

CP932_WEB = "cp932-web"
_NEC = (b"\xed", b"\xee")


def _ibm_codes() -> dict[str, bytes]:
    codes = (bytes((lead, trail)) for lead in (0xFA, 0xFB, 0xFC) for trail in range(0x40, 0xFD))
    read = {code.decode("cp932", "ignore"): code for code in codes}
    return {char: code for char, code in read.items() if len(char) == 1 and char.encode("cp932").startswith(_NEC)}


_IBM = _ibm_codes()
_IBM_CHARS = re.compile(f"([{''.join(_IBM)}])")


def _write(text: str, errors: str = "strict") -> tuple[bytes, int]:
    pieces = _IBM_CHARS.split(text)
    return b"".join(_IBM.get(piece) or piece.encode("cp932", errors) for piece in pieces), len(text)


def _read(raw: "Buffer", errors: str = "strict") -> tuple[str, int]:
    return codecs.decode(bytes(raw), "cp932", errors), memoryview(raw).nbytes


def _codec(name: str) -> codecs.CodecInfo | None:
    return codecs.CodecInfo(_write, _read, name=CP932_WEB) if name.replace("_", "-") == CP932_WEB else None


codecs.register(_codec)
