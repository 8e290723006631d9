"""The eFact tables by name: positions, widths and kinds of every zone (`be-efact.md` §1–2, §4).

The rows live one module per page of the norm; this one says which table reads which record.
"""

from collections.abc import Mapping

from server.core.layout import Layout
from server.countries.belgium.efact_layout_act import RECORD_50, RECORD_51, RECORD_52
from server.countries.belgium.efact_layout_error import ERROR_PART
from server.countries.belgium.efact_layout_file import RECORD_10, RECORD_90
from server.countries.belgium.efact_layout_footer import (
    FOOTER_95,
    FOOTER_96,
    SETTLEMENT_91,
    SETTLEMENT_92,
)
from server.countries.belgium.efact_layout_invoice import RECORD_20, RECORD_80
from server.countries.belgium.efact_layout_segments import (
    SEGMENT_200,
    SEGMENT_300,
    SEGMENT_300_RECEIPT,
    SEGMENT_300_RETURN,
)

DETAIL: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (RECORD_10, RECORD_20, RECORD_50, RECORD_51, RECORD_52, RECORD_80, RECORD_90)
}
FOOTERS: Mapping[str, Layout] = {layout.name: layout for layout in (FOOTER_95, FOOTER_96)}
SETTLEMENT: Mapping[str, Layout] = {
    layout.name: layout for layout in (SETTLEMENT_91, SETTLEMENT_92)
}
SEGMENTS = (SEGMENT_200, SEGMENT_300, SEGMENT_300_RETURN, SEGMENT_300_RECEIPT)

LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (*SEGMENTS, *DETAIL.values(), *FOOTERS.values(), *SETTLEMENT.values(), ERROR_PART)
}
