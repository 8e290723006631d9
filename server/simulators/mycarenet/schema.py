"""Which elements a request may hold, and in which order: our reading of the platform's schema.

A star marks what must be there. Elements without a row hold text, or are not looked into.
"""

from lxml import etree

GEN = "urn:be:cin:nip:async:generic"
COMMON = "urn:be:cin:mycarenet:esb:common:v2"
_PREFIXES = {"g": GEN, "c": COMMON}
_IDENTITY = "c:Name c:Nihii c:Ssin c:Cbe"
_CHILDREN = {
    "g:post": "g:CommonInput* g:Detail* g:Xades-t",
    "g:get": "g:Origin* g:Reply-to-etk g:QueryParameters g:MsgQuery* g:TAckQuery*",
    "g:confirm": "g:Origin* g:MsgHashValues g:MsgRefValues g:TAckContents g:TAckReferences",
    "g:CommonInput": "c:Request* c:Origin* c:InputReference c:NIPReference",
    "c:Request": "c:IsTest*",
    "g:Origin": "c:Package* c:SiteID c:CareProvider",
    "c:Origin": "c:Package* c:SiteID c:CareProvider",
    "c:Package": "c:Name c:License*",
    "c:License": "c:Username* c:Password*",
    "c:CareProvider": "c:Nihii* c:PhysicalPerson c:Organization",
    "c:Nihii": "c:Quality c:Value",
    "c:PhysicalPerson": _IDENTITY,
    "c:Organization": _IDENTITY,
    "g:MsgQuery": "g:Max g:MessageNames*",
    "g:TAckQuery": "g:Max",
}


def misplaced(element: etree._Element) -> str:
    """Name the first element below that is missing, unknown or out of order; empty when none is."""
    row = _CHILDREN.get(_short(element))
    if row is None:
        return ""
    children = [child for child in element if isinstance(child.tag, str)]
    waiting = list(children)
    for wanted in row.split():
        name = wanted.rstrip("*")
        if waiting and _short(waiting[0]) == name:
            waiting.pop(0)
        elif wanted.endswith("*"):
            return name[2:]
    if waiting:
        return etree.QName(waiting[0]).localname
    return next((name for child in children if (name := misplaced(child))), "")


def _short(element: etree._Element) -> str:
    name = etree.QName(element)
    prefix = next((key for key, uri in _PREFIXES.items() if uri == name.namespace), "?")
    return f"{prefix}:{name.localname}"
