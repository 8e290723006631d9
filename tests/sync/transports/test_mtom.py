from hypothesis import given
from hypothesis import strategies as st

from sync.transports.mtom import open_parcel
from sync.transports.mycarenet_answer import read_page
from sync.transports.soap_answer import read_soap
from tests.sync.transports import genasync as cin

TYPE = 'multipart/related; boundary="cut-here"; type="application/xop+xml"'
XOP = 'xmlns:xop="http://www.w3.org/2004/08/xop/include"'


def detail(*names: str) -> str:
    includes = "".join(f'<xop:Include {XOP} href="cid:{name}"/>' for name in names)
    return f'<g:Detail MessageName="HCPFAC" ContentEncoding="none">{includes}</g:Detail>'


def parcel(envelope: bytes, files: dict[str, bytes]) -> bytes:
    parts = {"root@x": envelope, **files}
    written = b""
    for name, part in parts.items():
        written += b"--cut-here\r\nContent-Transfer-Encoding: binary\r\n"
        written += b"Content-ID: <%s>\r\n\r\n%s\r\n" % (name.encode(), part)
    return written + b"--cut-here--\r\n"


def contents(raw: bytes, content_type: str = TYPE) -> list[bytes]:
    answer = read_soap(raw, content_type)
    assert answer
    page = read_page(answer.body, 100)
    assert page
    return [letter.content for letter in page.letters]


@given(st.binary(max_size=500).filter(lambda content: b"--cut-here" not in content))
def test_a_file_beside_the_envelope_comes_back_byte_for_byte(content: bytes) -> None:
    raw = parcel(cin.page([cin.message(b"", detail=detail("file%40x"))]), {"file@x": content})
    assert contents(raw) == [content]
    assert contents(raw, f'{TYPE}; start="<root@x>"') == [content]


def test_a_file_is_put_back_once_however_often_it_is_pointed_to() -> None:
    messages = [cin.message(b"", detail=detail("file@x")) for _ in range(3)]
    raw = parcel(cin.page(messages), {"file@x": b"abc"})
    assert contents(raw) == [b"abc", b"", b""]


def test_a_pointer_to_nothing_gives_nothing() -> None:
    raw = parcel(cin.page([cin.message(b"", detail=detail("other@x"))]), {})
    assert contents(raw) == [b""]


def test_an_answer_in_one_part_is_its_own_envelope() -> None:
    assert open_parcel(b"<x/>", "text/xml").envelope == b"<x/>"


def test_an_empty_parcel_is_no_answer() -> None:
    assert read_soap(b"--cut-here--\r\n", TYPE) is None
    assert read_soap(b"", "multipart/related") is None
    assert read_soap(cin.envelope("<a><b/></a>"), "") is not None
