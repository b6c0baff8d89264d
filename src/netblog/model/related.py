"""Recommended posts: which posts are like this one, by the terms and words they share.

Likeness is 2·shared / (mine + theirs), from 0 to 1, over weights of rarity (Dice's coefficient): what a
post holds beyond what is shared counts against it, so a post does not win by being long. For the same
reason only its rarest terms and its rarest words describe a post. A word weighs `words_weight`
against the `terms_weight` of a term that is as rare.

- Rarity is counted in whole half-octaves of the corpus size over the number of posts that share a
  thing. One post more changes it only where a count passes one of these steps, so adding a post leaves
  most recommendations, scores included, as they were, and their pages need not be built again.
- What too many posts share is ignored (`max_share`). Of the rest, a post's rarest things bring up
  candidates until the reach is used up, its commoner ones only rank them; where nothing rare is shared,
  the posts nearest in date are looked at instead. So the work per post is bounded, and the whole
  grows with the number of posts, not with its square.
- All sums are of integers, so nothing depends on the order of the input.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from netblog.model.config import Related
from netblog.model.listing import newest_key

TERMS_KEPT = 8
"""So many of its rarest terms describe a post."""
WORDS_KEPT = 8
"""So many of its rarest words describe a post."""
COMMON_FLOOR = 8
"""What so few posts share is never too common, whatever their share (but half of a tiny blog is)."""
TERM_REACH = 512
"""A post's terms bring up at most so many candidates, counted with repeats, rarest terms first."""
WORD_REACH = 128
"""The same for its words."""
NEAR = 32
"""Where that finds too few, so many posts on either side in date that share something common."""
MIN_SCORE = 0.1
"""Posts less alike than this are not recommended."""

_GRAIN = 100  # Coarse on purpose: a post more moves a finer score of a third of the blog.
_SCALE = 4  # Small: sums below 257 are Python's cached integers, which halves the time.


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What likeness is judged by, of one post."""

    id: str
    key: str
    """Shared by the translations of one post, which are never recommended to each other."""
    lang: str
    terms: tuple[str, ...] = ()
    """Slugs, told apart by taxonomy where that matters (`tags/rete`)."""
    words: tuple[str, ...] = ()
    """Of title and headings, as `tokenise` gives them; how often one stands there does not matter."""
    date: datetime | None = None


class Match(msgspec.Struct, frozen=True):
    """One recommended post."""

    id: str
    score: float
    """0 to 1, in whole hundredths, rounded down."""
    shared: tuple[str, ...]
    """What speaks for it, rarest first: terms, then words."""


_TOKEN = re.compile(r"[a-z0-9]{2,}")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def tokenise(text: str) -> tuple[str, ...]:
    """The words of a text, each once, in order of appearance: NFKC, case folded, letters and digits.

    Runs of kana and ideographs, which no space divides, give their overlapping pairs (東京都 ->
    東京, 京都). Single letters and digits say nothing and are left out.
    """
    if text.isascii():
        return tuple(dict.fromkeys(_TOKEN.findall(text.lower())))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # Not a regular expression: `re` takes a vowel sign of an Indic script for a boundary.
    spaced = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    words: list[str] = []
    for word in spaced.split():
        at = 0
        for run in _WIDE.finditer(word):
            words += (word[at : run.start()],)
            words += (run[0][n : n + 2] for n in range(len(run[0]) - 1))
            at = run.end()
        words.append(word[at:])
    return tuple(dict.fromkeys(word for word in words if len(word) > 1))


def related(posts: Iterable[Features], options: Related) -> dict[str, tuple[Match, ...]]:
    """For every post's id its `options.count` most alike posts of the same language, best first.

    Equal scores: the newer post first, then by id. Posts below MIN_SCORE are left out, so a tuple
    may be short or empty. The order of `posts` does not matter; ids must be unique.
    """
    if options.count < 1 or max(options.terms_weight, options.words_weight) <= 0:
        return {post.id: () for post in posts}
    languages: dict[str, list[Features]] = {}
    for post in posts:
        languages.setdefault(post.lang, []).append(post)
    found: dict[str, tuple[Match, ...]] = {}
    for group in languages.values():
        group.sort(key=lambda post: newest_key(post.date, post.id))
        found.update(_within(group, options))
    return found


class _Corpus:
    """The posts of one language in numbers: posts and features are integers from here on.

    Posts are numbered newest first, features by kind (terms before words), rarity and name: so a smaller
    number always comes first in ties and in explanations.
    """

    __slots__ = ("_rows", "holders", "kept", "names", "norms", "posts", "split", "weights")

    def __init__(self, posts: Sequence[Features], options: Related) -> None:
        self.posts = list(range(len(posts)))
        """The numbers of the posts, each one object: a dict finds an identical key at once."""
        self.names: list[str] = []
        self.weights: list[int] = []
        self.holders: list[dict[int, int]] = []
        """By feature, its posts, newest first, each with the weight of the feature."""
        self._rows: dict[int, list[int]] = {}
        self.kept: list[list[int]] = [[] for _ in posts]
        """By post, the features that describe it."""
        self.norms = [0] * len(posts)
        """By post, the weight of all that describes it."""
        # Only the proportion of the two weights matters: so neither rounds to nothing, nor grows large.
        top = max(options.terms_weight, options.words_weight)
        self._add([post.terms for post in posts], options.terms_weight / top, TERMS_KEPT, options.max_share)
        self.split = len(self.names)
        """The first feature that is a word."""
        self._add([post.words for post in posts], options.words_weight / top, WORDS_KEPT, options.max_share)

    def _add(self, rows: Sequence[tuple[str, ...]], share: float, kept: int, max_share: float) -> None:
        if share <= 0:
            return
        total = len(rows)
        counts: dict[str, int] = {}
        for row in rows:
            for name in set(row):
                counts[name] = counts.get(name, 0) + 1
        limit = max(2, min(COMMON_FLOOR, (total + 1) // 2), max_share * total)
        usable = sorted((count, name) for name, count in counts.items() if 1 < count <= limit)
        numbers = {name: number for number, (_, name) in enumerate(usable, len(self.names))}
        self.names += [name for _, name in usable]
        self.weights += [max(1, round(share * _SCALE * _rarity(count, total))) for count, _ in usable]
        self.holders += [{} for _ in usable]
        alone = max(1, round(share * _SCALE * _rarity(1, total)))
        for at, row in zip(self.posts, rows, strict=True):
            unique = set(row)
            mine = sorted([numbers[name] for name in unique if name in numbers])[:kept]
            for number in mine:
                self.holders[number][at] = self.weights[number]
                self.norms[at] += self.weights[number]
            if len(mine) < kept:
                # What it shares with nobody is part of what it is about, and counts against likeness.
                single = sum([counts[name] == 1 for name in unique])
                self.norms[at] += alone * min(single, kept - len(mine))
            self.kept[at] += mine

    def row(self, number: int) -> list[int]:
        """The posts of a feature, to be cut around a place."""
        found = self._rows.get(number)
        if found is None:
            found = self._rows[number] = list(self.holders[number])
        return found


def _within(posts: Sequence[Features], options: Related) -> Iterator[tuple[str, tuple[Match, ...]]]:
    """The matches of the posts of one language, which come newest first."""
    corpus = _Corpus(posts, options)
    norms, names = corpus.norms, corpus.names
    lightest, heaviest, total = min(filter(None, norms), default=0), max(norms), len(posts)
    siblings: dict[str, list[int]] = {}
    for at, post in enumerate(posts):
        siblings.setdefault(post.key, []).append(at)
    for me, post in enumerate(posts):
        points = _points(me, siblings[post.key], corpus, options.count)
        mine = norms[me]
        floor = 0
        if len(points) > options.count:
            # So many posts score at least `sure`; none with fewer points than `floor` can, however short.
            sure = 2 * _GRAIN * sorted(points.values())[-options.count] // (mine + heaviest)
            floor = sure * (mine + lightest) // (2 * _GRAIN)
        # Score and number in one integer: it sorts faster than a tuple.
        ranked = [
            2 * _GRAIN * got // (mine + norms[other]) * total - other
            for other, got in points.items()
            if got >= floor
        ]
        ranked.sort(reverse=True)
        described = set(corpus.kept[me])
        matches: list[Match] = []
        for rank in ranked[: options.count]:
            score = -(-rank // total)
            if score < MIN_SCORE * _GRAIN:
                break
            other = score * total - rank
            shared = dict.fromkeys([names[number] for number in corpus.kept[other] if number in described])
            matches.append(Match(posts[other].id, score / _GRAIN, tuple(shared)))
        yield post.id, tuple(matches)


def _points(me: int, family: list[int], corpus: _Corpus, wanted: int) -> dict[int, int]:
    """The weight that each candidate shares with post `me`; its own translations are no candidates."""
    reach, words = TERM_REACH, False
    telling: list[dict[int, int]] = []
    common: list[int] = []
    for number in corpus.kept[me]:
        if not words and number >= corpus.split:
            reach, words = WORD_REACH, True
        holders = corpus.holders[number]
        reach -= len(holders)
        if reach >= 0:
            telling.append(holders)
        else:
            common.append(number)
    points: dict[int, int] = {}
    for holders in telling:
        # Adding item by item would take twice the time: few posts share two things, so update, then mend.
        twice = [(other, points[other]) for other in points.keys() & holders.keys()]
        points.update(holders)
        for other, got in twice:
            points[other] += got
    if len(points) <= wanted:
        for number in common:
            row = corpus.row(number)
            at = bisect_left(row, me)
            for other in row[max(0, at - NEAR) : at + NEAR + 1]:
                points.setdefault(other, 0)
    for other in family:
        points.pop(other, None)
    for number in common:
        holders = corpus.holders[number]
        for other in points.keys() & holders.keys():
            points[other] += holders[other]
    return points


def _rarity(count: int, total: int) -> int:
    """Half-octaves by which `count` of `total` posts is rare, at least 1; a small blog counts as 64."""
    total = max(total, 64)
    return max(1, (total * total).bit_length() - (count * count).bit_length())
