"""The text of an exported file: plain or gzip, UTF-8 or UTF-16, with or without a byte-order mark."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from scanner.imports.errors import Damaged, ImportUnusable

_GZIP: Final = b"\x1f\x8b"
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NO_TEXT: Final = "holds bytes that are no text"


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a file as text. Read errors inside the block are told as those of the file.

    Raises:
        ImportUnusable: It cannot be opened, is cut short, or is no text.
    """
    try:
        with _bytes_of(path) as binary, io.TextIOWrapper(binary, _encoding(binary), newline="") as text:
            yield text
    except UnicodeError:
        raise Damaged(path.name, _NO_TEXT) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Damaged(path.name, "is cut short or damaged") from None
    except OSError as error:
        raise ImportUnusable(f"{path} cannot be read ({error.strerror}): name a file you may read.") from None


def _bytes_of(path: Path) -> io.BufferedReader:
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP)) == _GZIP
    return io.BufferedReader(gzip.open(path)) if is_gzip else path.open("rb")


def _encoding(binary: io.BufferedReader) -> str:
    begin = binary.peek(4)
    return next((encoding for mark, encoding in _MARKS if begin.startswith(mark)), "utf-8")
