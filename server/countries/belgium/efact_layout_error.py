"""The 450 characters an insurer adds to each echoed record: `be-efact.md` §4."""

from server.core.layout import Field, Kind, Layout

ERROR_PART = Layout(
    "ERR",
    450,
    (
        Field("100", 351, 3, Kind.TEXT, "sending_number"),
        Field("101", 354, 8, Kind.TEXT, "created_on"),
        Field("102", 362, 6, Kind.TEXT, "month"),
        Field("103", 368, 3, Kind.TEXT, "mutuality"),
        Field("104", 371, 24),
        Field("105", 395, 12, Kind.TEXT, "third_party"),
        Field("106", 407, 50),
        Field("107", 457, 1, Kind.TEXT, "letter_1"),
        Field("108", 458, 6, Kind.TEXT, "code_1"),
        Field("109", 464, 1, Kind.TEXT, "letter_2"),
        Field("110", 465, 6, Kind.TEXT, "code_2"),
        Field("111", 471, 1, Kind.TEXT, "letter_3"),
        Field("112", 472, 6, Kind.TEXT, "code_3"),
        Field("114", 478, 12, Kind.AMOUNT, "accepted_oa"),
        Field("115", 490, 12, Kind.AMOUNT, "accepted_b"),
        Field("116", 502, 12, Kind.AMOUNT, "accepted_copay"),
        Field("117", 514, 7),
        Field("118", 521, 1),
        Field("119", 522, 12),
        Field("120", 534, 200, Kind.TEXT, "comment"),
        Field("121", 734, 61),
        Field("122", 795, 6, Kind.TEXT, "rank"),
    ),
    first=351,
)
