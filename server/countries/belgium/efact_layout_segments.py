"""Segments 200 and 300, ours and the insurer's: `be-efact.md` §2 and §4."""

from server.core.layout import NUMERALS, Field, Kind, Layout
from server.countries.belgium.efact_zones import NAME, blanks, noted, zeros

SEGMENT_200 = Layout(
    "200",
    67,
    (
        Field("200", 1, 6, Kind.DIGITS, "kind"),
        noted("2001", 7),
        Field("201", 9, 2, Kind.DIGITS, "version"),
        noted("2011", 11),
        Field("202", 13, 2, Kind.DIGITS, "nature"),
        noted("2021", 15),
        Field("203", 17, 2, Kind.DIGITS, "status"),
        noted("2031", 19),
        Field("204", 21, 14, Kind.DIGITS, "reference"),
        noted("2041", 35),
        Field("205", 37, 14, Kind.DIGITS, "oa_reference"),
        noted("2051", 51),
        zeros("206", 53, 15),
    ),
)

SEGMENT_300 = Layout(
    "300",
    160,
    (
        Field("300", 1, 6, Kind.DIGITS, "month"),
        noted("3001", 7),
        Field("301", 9, 3, Kind.NUMBER, "sending_number"),
        noted("3011", 12),
        Field("302", 14, 8, Kind.DATE, "created_on"),
        noted("3021", 22),
        Field("303", 24, 13, Kind.TEXT, "reference"),
        noted("3031", 37),
        Field("304", 39, 7, Kind.DIGITS, "version"),
        noted("3041", 46),
        Field("305", 48, 45, Kind.TEXT, "last_name", charset=NAME),
        noted("3051", 93),
        Field("306", 95, 24, Kind.TEXT, "first_name", charset=NAME),
        noted("3061", 119),
        Field("307", 121, 10, Kind.DIGITS, "phone"),
        noted("3071", 131),
        Field("308", 133, 2, Kind.FIXED, fill="03", charset=NUMERALS),
        noted("3081", 135),
        Field("309", 137, 2, Kind.FIXED, fill="01", charset=NUMERALS),
        noted("3091", 139),
        zeros("310", 141, 20),
    ),
)

SEGMENT_300_RETURN = Layout(
    "300R",
    610,
    (
        Field("300", 1, 6, Kind.DIGITS, "month"),
        noted("3001", 7),
        Field("301", 9, 3, Kind.NUMBER, "sending_number"),
        noted("3011", 12),
        Field("302", 14, 8, Kind.DATE, "created_on"),
        noted("3021", 22),
        Field("303", 24, 13, Kind.TEXT, "reference"),
        noted("3031", 37),
        Field("304", 39, 7, Kind.DIGITS, "version"),
        noted("3041", 46),
        Field("305", 48, 45, Kind.TEXT, "last_name", charset=NAME),
        noted("3051", 93),
        Field("306", 95, 24, Kind.TEXT, "first_name", charset=NAME),
        noted("3061", 119),
        Field("307", 121, 10, Kind.DIGITS, "phone"),
        noted("3071", 131),
        Field("308", 133, 2, Kind.DIGITS, "care"),
        noted("3081", 135),
        Field("309", 137, 2, Kind.DIGITS, "accounts"),
        noted("3091", 139),
        Field("310", 141, 5, Kind.NUMBER, "error_rate"),
        noted("3101", 146),
        Field("311", 148, 2, Kind.DIGITS, "refusal"),
        noted("3111", 150),
        blanks("312", 152, 459),
    ),
)

SEGMENT_300_RECEIPT = Layout(
    "300A",
    160,
    (
        Field("300", 1, 6, Kind.TEXT, "nature"),
        noted("3001", 7),
        Field("301", 9, 152, Kind.FIXED, fill="0", charset=NUMERALS + " "),
    ),
)
