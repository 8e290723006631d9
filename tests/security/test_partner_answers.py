"""What a hostile partner answers: bombs in XML, mountains, nests, and a page full of bombs."""

import json
import subprocess
import sys
import zlib
from base64 import b64encode
from pathlib import Path

import pytest

from sync.transports.mtom import MOST_PARTS, open_parcel
from sync.transports.mycarenet_answer import read_page
from sync.transports.soap_answer import read_soap
from tests.sync.transports import genasync as cin
from tests.sync.transports.door import Door, answers

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 1.0, 200

BOMBS = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>{soap:&x;}',
    "entity of the network": '<!DOCTYPE a [<!ENTITY x SYSTEM "{canary}">]>{soap:&x;}',
    "external DTD": '<!DOCTYPE a SYSTEM "{canary}">{soap:}',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "{canary}"> %x;]>{soap:}',
    "a DTD that says nothing": "<!DOCTYPE a>{soap:}",
    "billion laughs": "<!DOCTYPE a [<!ENTITY l0 'ha'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>{soap:&l11;}",
    "laughs in an attribute": "<!DOCTYPE a [<!ENTITY l0 'ha'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>{soap:<b c='&l11;'/>}",
}
LANGUAGE = '<?xml version="1.0" encoding="{}"?>'


def soap(inside: str) -> str:
    return cin.envelope(f"<g:x>{inside}</g:x>").decode()


def written(bomb: str, canary: str = "http://127.0.0.1:9/") -> str:
    before, _, rest = bomb.partition("{soap:")
    return before.replace("{canary}", canary) + soap(rest.removesuffix("}"))


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_row_22_an_answer_with_a_dtd_is_no_answer(bomb: str) -> None:
    assert read_soap(written(bomb).encode()) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"])
def test_row_22_a_dtd_is_not_hidden_by_the_way_it_is_written(encoding: str) -> None:
    plain = soap("1")
    assert read_soap((LANGUAGE.format(encoding) + plain).encode(encoding)) is None
    bomb = LANGUAGE.format(encoding) + written(BOMBS["billion laughs"])
    assert read_soap(bomb.encode(encoding)) is None


@pytest.mark.parametrize("encoding", ["UTF-8", "iso-8859-1"])
def test_row_22_the_ways_partners_write_are_read(encoding: str) -> None:
    assert read_soap((LANGUAGE.format(encoding) + soap("é")).encode(encoding)) is not None


def test_row_22_nothing_an_answer_points_to_is_included() -> None:
    pointer = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    )
    answer = read_soap(soap(pointer).encode())
    assert answer and answer.body is not None
    assert "root:" not in "".join(map(str, answer.body.itertext()))


def test_row_24_no_dtd_schema_or_style_sheet_is_fetched() -> None:
    canary = Door([answers(b"<x/>")])
    hints = f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="a {canary.url}"'
    sheet = f'<?xml-stylesheet href="{canary.url}" type="text/xsl"?>'
    for bomb in (*BOMBS.values(), f"{sheet}{{soap:<b {hints}/>}}"):
        read_soap(written(bomb, canary.url).encode())
    canary.close()
    assert canary.connections == 0


MEASURED = """
import json, sys, time
from pathlib import Path
from sync.transports.soap_answer import read_soap
head, tail = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>', (
    b'</s:Body></s:Envelope>')
M = 1_000_000
kind = "text/xml"
raw = {
    "100 MB of text": lambda: head + b"<a>" + b"x" * (100 * M) + b"</a>" + tail,
    "60 MB of text": lambda: head + b"<a>" + b"x" * (60 * M) + b"</a>" + tail,
    "60 MB of elements": lambda: head + b"<a/>" * (15 * M) + tail,
    "60 MB of attributes": lambda: head + b"<a " + b" ".join(
        b"b%d=''" % n for n in range(5 * M)) + b"/>" + tail,
    "10,000 levels": lambda: head + b"<a>" * 10_000 + b"</a>" * 10_000 + tail,
    "60 MB of levels": lambda: head + b"<a>" * (20 * M),
    "quadratic": lambda: b"<!DOCTYPE a [<!ENTITY x '" + b"y" * M + b"'>]>" + head + b"<a>"
        + b"&x;" * 50_000 + b"</a>" + tail,
    "60 MB of parts": lambda: b"--b\\r\\n\\r\\n\\r\\n" * (5 * M),
    "60 MB of lines in a part": lambda: b"--b\\r\\n\\r\\n" + b"\\r\\n" * (30 * M) + b"--b--",
    "parts within parts": lambda: b"".join(
        b"--b%d\\r\\nContent-Type: multipart/related; boundary=b%d\\r\\n\\r\\n" % (n, n + 1)
        for n in range(100_000)),
}[sys.argv[1]]()
if "part" in sys.argv[1]:
    kind = "multipart/related; boundary=b" + ("0" if "within" in sys.argv[1] else "")
read_soap(head + b"<a/>" + tail)
def peak():  # of this process alone: getrusage hands on that of whoever started it
    said = Path("/proc/self/status").read_text().split()
    return int(said[said.index("VmHWM:") + 1])
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before = peak()
start = time.process_time()
answer = read_soap(raw, kind)
spent = time.process_time() - start
grown = (peak() - before) / 1024
print(json.dumps({"refused": answer is None, "seconds": spent, "megabytes": grown}))
"""
MOUNTAINS = (
    "100 MB of text", "60 MB of text", "60 MB of elements", "60 MB of attributes",
    "10,000 levels", "60 MB of levels", "quadratic", "60 MB of parts",
    "60 MB of lines in a part", "parts within parts",
)  # fmt: skip


@pytest.mark.parametrize("mountain", MOUNTAINS)
def test_row_22_a_mountain_is_refused_before_it_costs_anything(mountain: str) -> None:
    """Processor time and memory, in a process of its own; not the time on the wall."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, mountain],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["refused"]
    assert found["seconds"] < SECONDS
    assert found["megabytes"] < MEGABYTES


def test_row_31_a_page_of_small_bombs_is_not_inflated_beyond_one_limit() -> None:
    squeeze = zlib.compressobj(9, wbits=-15)
    content = b"0" * 40_000_000
    blob = b64encode(squeeze.compress(content) + squeeze.flush()).decode()
    detail = f'<g:Detail MessageName="HCPFAC">{blob}</g:Detail>'
    answer = read_soap(cin.page([cin.message(b"", detail=detail)] * 5))
    assert answer
    page = read_page(answer.body, 100)
    assert page
    sizes = [len(letter.content) for letter in page.letters]
    assert sizes[0] == 40_000_000
    assert max(sizes[1:]) < 100_000


def test_row_31_files_beside_an_answer_are_bounded_in_number() -> None:
    kind = "multipart/related; boundary=b"
    part = b"\r\n--b\r\nContent-ID: <%d>\r\n\r\nx"
    many = b"".join(part % n for n in range(MOST_PARTS)) + b"\r\n--b--\r\n"
    assert len(open_parcel(many, kind).files) == MOST_PARTS - 1
    more = b"".join(part % n for n in range(MOST_PARTS + 1)) + b"\r\n--b--\r\n"
    assert open_parcel(more, kind).envelope == b""


@pytest.mark.parametrize(("coded", "content"), [(b"YWJj", b"abc"), (b"YW", b"YW")])
def test_row_31_a_file_in_base_64_is_decoded_and_kept_as_it_came_when_it_is_none(
    coded: bytes, content: bytes
) -> None:
    raw = b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded + b"\r\n--b--"
    assert open_parcel(raw, "multipart/related; boundary=b").envelope == content
