"""Files with clients' data are closed by a password (J4)."""

from io import BytesIO

from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfReader, PdfWriter


def protected(name, content, password):
    """The same PDF or workbook, opened with `password` only (AES-256 both)."""
    out = BytesIO()
    if name.endswith(".pdf"):
        writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
        writer.encrypt(password, algorithm="AES-256")
        writer.write(out)
    else:
        OOXMLFile(BytesIO(content)).encrypt(password, out)
    return out.getvalue()
