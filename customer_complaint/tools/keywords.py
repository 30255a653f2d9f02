"""Find many words and phrases in a text at once, without an ORM.

Words of scripts with spaces are found whole, whatever their case and the signs between them; words with a Chinese,
Japanese or Korean character, which no space separates, are found anywhere:

>>> matcher = Matcher({"refund": 1, "law suit": 2, "\u9000\u6b3e": 3, "Gef\u00e4hrlich": 4})
>>> matcher.find("A REFUND, or a law-suit!")
{'refund': 1, 'law suit': 2}
>>> matcher.find("refunding is no word of the list")
{}
>>> matcher.find("\u6211\u8981\u9000\u6b3e")
{'\u9000\u6b3e': 3}
>>> matcher.find("GEF\u00c4HRLICH")
{'Gef\u00e4hrlich': 4}

The time grows with the length of the text, not with the number of words.
"""

import re
import unicodedata
from html import unescape

# Han, Kana, Hangul, Bopomofo and their signs.
_CJK = "\u2e80-\u312f\u3130-\u318f\u31a0-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_TOKEN = re.compile(rf"[^\W_{_CJK}]+")
_INLINE_TAG = re.compile(r"</?(?:a|b|i|u|em|strong|span|font|mark|small|sub|sup)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
TEXT_LENGTH = 100_000


def to_text(html):
    """Return the words of an HTML text; a word that a tag formats in part stays whole.

    >>> to_text("<p>I want a re<b>fund</b></p><p>now &amp; here</p>").split()
    ['I', 'want', 'a', 'refund', 'now', '&', 'here']
    """
    return unescape(_TAG.sub(" ", _INLINE_TAG.sub("", (html or "")[: 4 * TEXT_LENGTH])))


def normalize(text):
    """Return the text as it is compared: of one width and case.

    >>> normalize("\uff32\uff45\uff46\uff55\uff4e\uff44")
    'refund'
    """
    return unicodedata.normalize("NFKC", text or "").casefold()


class Matcher:
    """Looks for the words of ``{word: what it stands for}``; words without a letter or digit are left out."""

    def __init__(self, words):
        self._phrases, self._parts = {}, {}
        for word, value in words.items():
            plain = normalize(word).strip()
            if _HAS_CJK.search(plain):
                self._parts.setdefault(plain[:2], []).append((plain, word, value))
            elif tokens := tuple(_TOKEN.findall(plain)):
                self._phrases.setdefault(tokens[0], []).append((tokens, word, value))

    @property
    def has_words(self):
        """Whether there is a word to look for."""
        return bool(self._phrases or self._parts)

    def find(self, text):
        """Return ``{word: what it stands for}`` of the words in ``text``, in the order of their first place."""
        plain = normalize(text[:TEXT_LENGTH])
        found = []
        if self._phrases:
            matches = list(_TOKEN.finditer(plain))
            tokens = [match.group() for match in matches]
            for place, token in enumerate(tokens):
                for phrase, word, value in self._phrases.get(token, ()):
                    if len(phrase) == 1 or tuple(tokens[place : place + len(phrase)]) == phrase:
                        found.append((matches[place].start(), word, value))
        # Only words of which the first two letters are there are looked for.
        pairs = {*plain, *map("".join, zip(plain, plain[1:], strict=False))} if self._parts else set()
        for pair in self._parts.keys() & pairs:
            for part, word, value in self._parts[pair]:
                place = plain.find(part)
                if place >= 0:
                    found.append((place, word, value))
        found.sort(key=lambda row: row[:2])
        return {word: value for _place, word, value in found}
