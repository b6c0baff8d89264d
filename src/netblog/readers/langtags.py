"""Says whether a text is shaped like a language tag (BCP 47), and what one that is not was meant to be.

Language tags end up in `lang` attributes, feeds and URLs, where a wrong one is silently ignored by every
browser; so they are checked where they are written. Only the shape is: the registry of subtags changes.
"""

from __future__ import annotations

import re

# RFC 5646 section 2.1 without the grandfathered tags and the language subtags of four to eight letters,
# which the grammar reserves and nobody has registered: `english` is a slip, not a language.
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}"  # language and extended language
    r"(?:-[a-z]{4})?"  # script
    r"(?:-(?:[a-z]{2}|[0-9]{3}))?"  # region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?",  # private use
    re.IGNORECASE | re.ASCII,
)
_POSIX = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{2,4}))?(?:\.[\w-]+)?(?:@\w+)?", re.ASCII)
_ENGLISH_NAMES = {
    "english": "en", "italian": "it", "german": "de", "french": "fr", "spanish": "es", "portuguese": "pt",
    "dutch": "nl", "polish": "pl", "russian": "ru", "japanese": "ja", "chinese": "zh", "korean": "ko",
    "arabic": "ar", "hebrew": "he", "turkish": "tr", "swedish": "sv", "norwegian": "no", "danish": "da",
    "finnish": "fi", "greek": "el", "czech": "cs", "hungarian": "hu", "ukrainian": "uk", "catalan": "ca",
    "italiano": "it", "deutsch": "de", "français": "fr", "español": "es", "português": "pt",
}  # fmt: skip
_LONGEST = 64


def is_language_tag(text: str) -> bool:
    """Whether `text` has the shape of a language tag: `it`, `pt-BR`, `zh-Hant-TW` (RFC 5646 section 2.1)."""
    return len(text) <= _LONGEST and _TAG.fullmatch(text) is not None


def meant(text: str) -> str | None:
    """The tag that a text which is none was meant to be: `en-US` for `en_US.UTF-8`, `it` for `Italian`."""
    if len(text) > _LONGEST:
        return None
    match = _POSIX.fullmatch(text)
    if match is not None:
        return f"{match[1].lower()}-{match[2]}" if match[2] else match[1].lower()
    return _ENGLISH_NAMES.get(text.lower())
