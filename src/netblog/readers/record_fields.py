"""The small fields of a comment, made harmless: names, ids, web addresses, pictures.

Stored attacks on comment systems came through the name and the link at least as often as through the text, so
every field passes here. What cannot be made harmless becomes None or "", and the comment itself survives. But
for the decoding of entities all functions are idempotent: what they gave back goes through them unchanged.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from html import unescape

UNSEEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
"""For a character class: controls, bidirectional embeddings, overrides and isolates (UAX #9; they let a name
run over the text beside it), surrogates and noncharacters. Joiners and marks stay: scripts need them."""

MAX_NAME = 200
MAX_URL = 2_048

_unseen = re.compile(f"[{UNSEEN}]")
_odd = re.compile(f"[{UNSEEN}\r\u2028\u2029]")
_breaks = re.compile("\r\n?|[\u2028\u2029]")
_space = re.compile(r"\s+")
# The greater part of all addresses, in one look: nothing in them that would have to change.
_common = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?:/[\w./~+,;=&%?#:!-]*)?", re.ASCII
)
_bare = re.compile(
    r"[^\s/?#@:\\]+\.(?:[^\W\d_]{2,24}|xn--[a-z0-9-]+)(?::[0-9]{1,5})?(?=[/?#]|$)", re.IGNORECASE
)
_scheme = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_authority = re.compile(r"([^/?#\\]*)(.*)", re.DOTALL)
_host = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?")
_label = re.compile(r"[^\s-](?:[^\s]{0,61}[^\s-])?")
_quoted = re.compile(r'[\s"<>\\^`{|}]')
_mail = re.compile(r"mailto:[^\s\"<>\\^`{|}@:/]+@[\w.-]+(?:\?[^\s\"<>\\^`{|}]*)?", re.IGNORECASE)


def seen(text: str) -> str:
    """The text without characters nobody sees, line ends as newlines."""
    if (text.isascii() and text.isprintable()) or not _odd.search(text):
        return text
    return _unseen.sub("", _breaks.sub("\n", text))


def plain(text: str, *, html: bool = False, limit: int = MAX_NAME) -> str:
    """One line of plain text: for names, titles and ids.

    The text is taken as it is: `<b>` in a name is three visible characters, to be escaped where it is
    printed. With `html=True`, for fields that are documented as HTML, entities are decoded once.
    """
    if html:
        text = unescape(text)
    text = _space.sub(" ", seen(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def safe_url(url: str) -> str | None:
    """An absolute http or https address without surprises, or None.

    `example.org/x` and `//example.org/x` get `https://`. No credentials (`https://bank.example@evil.example/`),
    control characters, or hosts that cannot be; international hosts stay as they are written. Characters
    that do not belong into an address (RFC 3986, section 2) are percent-encoded.
    """
    if len(url) <= MAX_URL and _common.fullmatch(url):
        return url
    url = url.strip()
    if not url or len(url) > MAX_URL or _unseen.search(url) or _breaks.search(url):
        return None
    scheme, rest = _split(url)
    if scheme is None:
        return None
    authority, tail = _authority.fullmatch(rest).groups()  # type: ignore[union-attr]
    host = _host.fullmatch(authority)
    if host is None or not _is_host(host[1]) or int(host[2] or 0) > 65_535:
        return None
    if "\\" in tail[:1]:
        # A browser reads the backslash as a slash, other readers as part of the host: no two agree.
        return None
    name = host[1].lower() if host[1].isascii() else host[1]
    port = f":{host[2]}" if host[2] else ""
    tail = _quoted.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), tail)
    result = f"{scheme}://{name}{port}{tail}"
    return result if len(result) <= MAX_URL else None


def safe_link(url: str) -> str | None:
    """As `safe_url`, for links in a text: `mailto:` is fine too, and nothing is guessed without a scheme."""
    url = url.strip()
    if url[:7].lower() == "mailto:":
        fits = len(url) <= MAX_URL and not _unseen.search(url) and _mail.fullmatch(url)
        return "mailto:" + url[7:] if fits else None
    return safe_url(url) if url[:4].lower() == "http" else None


def avatar_path(path: str) -> str | None:
    """A path below the site's own root, or None: no third party is asked for a picture."""
    if not path.startswith("/") or len(path) > MAX_URL or re.search(r"//|[\\?#%\s\"'<>]|/\.", path):
        return None
    return None if _unseen.search(path) else path


def _split(url: str) -> tuple[str | None, str]:
    """Scheme and what follows its `//`; scheme None for an address that is not for the web."""
    if url.startswith("//"):
        return "https", url[2:]
    scheme = _scheme.match(url)
    if scheme and scheme[1].lower() in ("http", "https"):
        rest = url[scheme.end() :]
        return (scheme[1].lower(), rest[2:]) if rest.startswith("//") else (None, "")
    # `example.org:8080/x` begins like a scheme; what tells it apart is the dot and the port.
    return ("https", url) if _bare.match(url) else (None, "")


def _is_host(host: str) -> bool:
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            return False
        return True
    if len(host) > 253 or not all(_label.fullmatch(label) for label in host.removesuffix(".").split(".")):
        return False
    # Letters, their marks, digits: anything else could be normalised into another host by a browser.
    return all(c in "-._" or unicodedata.category(c)[0] in "LMN" for c in host)
