"""The address of a scanner: read leniently, written one way, refused when it is none."""

import pytest

from server.core.errors import InvalidValue
from server.core.scanner_address import ScannerAddress


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        (" 192.168.1.20 ", "http://192.168.1.20:80/eSCL"),
        ("scanner.local:8080", "http://scanner.local:8080/eSCL"),
        ("https://scanner.local/", "https://scanner.local:443/eSCL"),
        ("http://[fe80::1]/scan/", "http://[fe80::1]:80/scan"),
    ],
)
def test_an_address_is_read_and_written_one_way(typed: str, whole: str) -> None:
    place = ScannerAddress.parse(typed)
    assert str(place) == whole
    assert ScannerAddress.parse(whole) == place


@pytest.mark.parametrize(
    "typed",
    [
        "", "ftp://scanner", "file:///etc/passwd", "http://", "http://a b", "http://a:99999",
        "http://me:secret@scanner", "http://scanner/?q=1", "http://scanner/#x", "http://é",
        "http://scanner/\x00", "http://" + "a" * 300, "http://sc!anner", "http://[::1",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_scanner_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue):
        ScannerAddress.parse(typed)
