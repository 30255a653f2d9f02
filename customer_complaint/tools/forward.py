"""Find who wrote a mail that somebody passed on. Knows no ORM.

A forwarded mail carries the header of the first one, as the mail program of the sender writes it: English,
German, French, Spanish or Chinese; with or without a line above it; as text or as a table.

>>> text = '''Please take this over.
...
... ---------- Forwarded message ---------
... From: Ann Customer <ann@customer.example>
... Date: Mon, Mar 2, 2026 at 9:12 AM
... Subject: Leak
... To: <info@company.example>
...
... It leaks.'''
>>> find_blocks(text)
[('Ann Customer', 'ann@customer.example')]
>>> find_blocks("发件人： 王芳 <wang@customer.example>\\n发送时间： 2026-03-02 09:12\\n主题： 漏水")
[('王芳', 'wang@customer.example')]

Chains come in the order in which they were passed on, the newest first. A person without address has an empty
one; a sentence is no header:

>>> find_blocks("Von: Max Muster\\nGesendet: Montag\\nBetreff: Leck")
[('Max Muster', '')]
>>> find_blocks("From: the beginning it did not work.\\n\\nRegards")
[]

Only a mail that says so is a forwarded one: an answer quotes such headers too.

>>> is_forward_subject("WG: Leck"), is_forward_subject("转发：漏水"), is_forward_subject("Re: Leak")
(True, True, False)
>>> strip_prefix("Fwd: FW: Leak")
'Leak'
"""

import email
import email.policy
import re
from typing import NamedTuple

from lxml import html

from .rawmail import ADDRESS, read

FROM = ("from", "von", "de", "发件人", "寄件者", "寄件人", "發件人", "发送人")
OTHERS = (
    *("date", "sent", "to", "cc", "subject", "reply-to"),
    *("datum", "gesendet", "an", "betreff", "kopie"),
    *("envoyé", "à", "objet", "fecha", "enviado", "enviado el", "para", "asunto"),
    *("发送时间", "发送日期", "日期", "时间", "收件人", "抄送", "主题", "主旨"),
    *("寄件日期", "日期時間", "收件者", "副本", "傳送時間"),
)  # fmt: skip
LABEL = re.compile(
    rf"\W{{0,6}}({'|'.join(map(re.escape, (*FROM, *OTHERS)))})\s*\W?\s*[:：]\W?\s*(.*)", re.IGNORECASE
)
PREFIX = re.compile(
    r"\s*(?:\[?(?:fwd?|wg|tr|rv|enc|转发|轉寄|轉發|转寄|doorst)\]?\s*(?:\[\d+\])?\s*[:：])", re.IGNORECASE
)
MARKER = re.compile(
    r"(forwarded message|begin forwarded message|weitergeleitete[n]? nachricht|message transféré"
    r"|message transfere|mensaje reenviado|转发邮件|转发的邮件|轉寄的郵件|轉寄郵件|以下是转发的邮件)",
    re.IGNORECASE,
)
BREAKING = {"br", "p", "div", "tr", "li", "table", "blockquote", "hr", "h1", "h2", "h3", "h4", "pre"}
# a block further down is the story of an old correspondence, not what was passed on
LINES_READ = 400
TEXT_READ = 100_000


class Forwarded(NamedTuple):
    """What a forwarded mail says about the first one: [(name, address)], newest first; may be empty."""

    originals: tuple


def find(message):
    """Return :class:`Forwarded` for a mail that was passed on, None for any other. Never raises.

    :param email.message.Message message: as parsed
    """
    try:
        attached = _find_attached(message)
        if attached:
            return Forwarded(tuple(attached))
        text = _get_text(message)
        subject = str(message.get("Subject") or "")
        if not (is_forward_subject(subject) or MARKER.search(text)):
            return None
        return Forwarded(tuple(find_blocks(text)))
    except Exception:  # whatever a mail looks like, it has to be registered
        return None


def is_forward_subject(subject):
    """Tell whether a subject begins as mail programs begin that of a forwarded mail."""
    return bool(PREFIX.match(subject))


def strip_prefix(subject):
    """Return a subject without what mail programs put before it when they forward."""
    while match := PREFIX.match(subject):
        subject = subject[match.end() :]
    return subject.strip()


def find_blocks(text):
    """Return [(name, address)] of the headers quoted in a text."""
    blocks = []
    block = {}
    last = None
    for line in text[:TEXT_READ].splitlines()[:LINES_READ]:
        line = line.replace("\xa0", " ").lstrip("> \t|").strip()
        match = LABEL.match(line)
        if match:
            label = match.group(1).lower()
            last = "from" if label in FROM else label
            if last == "from" and "from" in block:
                blocks.append(block)
                block = {}
            block[last] = match.group(2)
        elif line and last and len(line) < 200 and ADDRESS.search(line):
            # a long header goes on in the next line
            block[last] += f" {line}"
        elif line:
            blocks.append(block)
            block, last = {}, None
    blocks.append(block)
    return [_split(block["from"]) for block in blocks if "from" in block and len(block) > 1]


def _split(value):
    """Split what stands after "From:" into name and address."""
    match = ADDRESS.search(value.replace("mailto:", " "))
    if not match:
        return value.strip(" \"'*;,"), ""
    name = value.replace("mailto:", " ")[: match.start()].strip(" \"'*;,<[(（【")
    return name, match.group().strip(".*").lower()


def _find_attached(message):
    """Return [(name, address)] of mails that are attached to a mail."""
    found = []
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            source = inner.as_bytes(policy=email.policy.compat32) if inner else b""
        elif (part.get_filename() or "").lower().endswith(".eml"):
            source = part.get_payload(decode=True) or b""
        else:
            continue
        name, address = _split(read(source)["email_from"])
        if address:
            found.append((name, address))
    return found


def _get_text(message):
    """Return the text of a mail, of HTML with a line for each row and paragraph."""
    body = read(message.as_bytes(policy=email.policy.compat32))
    if not body["is_html"]:
        return body["body"]
    tree = html.fromstring(f"<div>{body['body']}</div>")
    parts = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in BREAKING:
            parts.append("\n")
        if element.tag not in ("style", "script", "title"):
            parts.append(" ".join((element.text or "").split()) + " ")
        if element.tail:
            parts.append(
                ("" if element.tag not in BREAKING - {"br"} else "\n") + " ".join(element.tail.split()) + " "
            )
    return re.sub(r"\n[ ]+", "\n", "".join(parts))
