"""Lines of text -> the bytes of a small PDF, so that tests need no binary files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from pypdf import PdfReader, PdfWriter

_TOP, _LEFT, _SIZE, _LEADING, _GAP = 800, 60, 11, 14, 28  # points


def make_pdf(pages: Sequence[Sequence[str]], info: Mapping[str, str] | None = None, locked_with: str = "") -> bytes:
    """One line of each page per item; an empty item is a gap between paragraphs. `info` as {"/Title": ...}."""
    writer = PdfWriter(PdfReader(io.BytesIO(_bare(pages))))
    writer.add_metadata(dict(info or {}))
    if locked_with:
        writer.encrypt(locked_with, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _bare(pages: Sequence[Sequence[str]]) -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        stream = _drawn(lines)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    return _file(objects)


def _drawn(lines: Sequence[str]) -> str:
    height, drawn = _TOP, []
    for line in lines:
        if not line:
            height -= _GAP - _LEADING
            continue
        escaped = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        drawn.append(f"BT /F1 {_SIZE} Tf {_LEFT} {height} Td ({escaped}) Tj ET")
        height -= _LEADING
    return "\n".join(drawn)


def _file(objects: Sequence[str]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")
