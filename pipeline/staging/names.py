"""Which file names may stand in the raw folder: names that stay inside it and mean one file on every system."""

import re
import unicodedata
from collections.abc import Callable

# Windows opens devices under these names, whatever follows the first dot.
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"}) | {
    port + digit for port in ("COM", "LPT") for digit in "0123456789¹²³"
}
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROLS = frozenset({"Cc", "Zl", "Zp"})
# The common limits of file systems, less what a draft's ending needs.
_NAME_BYTES, _PATH_BYTES = 240, 1024

_LITTER = frozenset({"__MACOSX", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "lost+found"})
_LEFTOVER = re.compile(r"\.(?:partial(?:-\d+)?|part|crdownload|download|swp)\Z|~\Z", re.IGNORECASE)


def plain(path: str) -> str:
    """Leave out the parts of a path that say nothing.

    >>> plain("./news//a.txt")
    'news/a.txt'
    """
    lead = "/" if path.startswith("/") else ""
    return lead + "/".join(part for part in path.split("/") if part not in {"", "."})


def refused(path: str) -> str | None:
    r"""Tell why a relative POSIX path may not stand in the raw folder; None if it may.

    >>> refused("../../etc/passwd"), refused("news/nul.txt"), refused("news/a.txt")
    ('leaves-folder', 'device-name', None)
    """
    return next((reason for reason, fits in _REFUSALS if fits(path)), None)


def skipped(path: str) -> str | None:
    """Tell why a path is no raw file although its name is sound: `hidden`, `litter` or `leftover`.

    >>> skipped("news/.DS_Store"), skipped("__MACOSX/a.txt"), skipped("a.txt.partial"), skipped("a.txt")
    ('hidden', 'litter', 'leftover', None)
    """
    parts = path.split("/")
    if any(part in _LITTER or part.lower() in _LITTER for part in parts):
        return "litter"
    if any(part.startswith(".") and part != ".." for part in parts):
        return "hidden"
    return "leftover" if _LEFTOVER.search(parts[-1]) else None


def same_file_key(path: str) -> str:
    r"""Give what two paths have in common that some file systems take for one file: case and Unicode form aside.

    >>> same_file_key("Café.txt") == same_file_key("CAFE\u0301.TXT")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _is_undecodable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return True
    return False


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or bool(_DRIVE.match(path))


def _has_control(path: str) -> bool:
    return "\\" in path or any(unicodedata.category(char) in _CONTROLS for char in path)


def _is_device(path: str) -> bool:
    return any(part.split(".")[0].rstrip(" ").upper() in _DEVICES for part in path.split("/"))


def _is_too_long(path: str) -> bool:
    return len(path.encode()) > _PATH_BYTES or any(len(part.encode()) > _NAME_BYTES for part in path.split("/"))


_REFUSALS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("undecodable-name", _is_undecodable),
    ("empty-name", lambda path: not path),
    ("absolute-path", _is_absolute),
    ("leaves-folder", lambda path: ".." in path.split("/")),
    ("control-character", _has_control),
    ("device-name", _is_device),
    ("name-too-long", _is_too_long),
)
