"""Read an RFC 822 message that a strict parser gives up on. Knows no ORM.

>>> mail = read(b"From: =?x-none?Q?Ann?= <ann@example.com>\\nSubject: =?gb18030?B?zba y3w==?=\\n\\nHello")
>>> mail["email_from"], mail["body"]
('Ann <ann@example.com>', 'Hello')
>>> read(b"")["subject"]
''
>>> is_automatic([("Auto-Submitted", "auto-replied")])
True
>>> is_automatic([("Auto-Submitted", "no"), ("Precedence", "list")])
False
>>> is_automatic([("Subject", "=?utf-8?b?6Ieq5Yqo5Zue5aSNOiBB?=")]), is_automatic([("Subject", "Your automatic reply")])
(True, False)
>>> is_doubtful([("Authentication-Results", "mx.test; spf=fail smtp.mailfrom=x; dkim=none")])
True
>>> is_doubtful([("Authentication-Results", "mx.test; spf=fail smtp.mailfrom=x; dmarc=pass")])
False
"""

import email
import email.header
import email.policy
import email.utils
import hashlib
import re
import xmlrpc.client

RECIPIENT_HEADERS = ("delivered-to", "x-original-to", "to", "cc", "resent-to", "resent-cc")
AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply")
AUTOMATIC_SUBJECT = re.compile(
    r"(auto(matic)?[ -]?(reply|response|antwort)|automatische antwort|out of( the)? office|abwesenheits|"
    r"(réponse|respuesta) autom|(休假|离职|外出|假期)?自动(回复|答复)|自動(回覆|回復|答覆)|不在办公室)",
    re.IGNORECASE,
)
AUTOMATIC_PRECEDENCES = ("bulk", "junk", "auto_reply")
AUTOMATIC_SENDERS = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply)(\+.*)?@", re.IGNORECASE)
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+")


def to_bytes(message):
    """Give the source of a message as the mail gateway takes it: bytes, text or an XML-RPC binary."""
    if isinstance(message, xmlrpc.client.Binary):
        return bytes(message.data)
    if isinstance(message, str):
        return message.encode("utf-8", "surrogateescape")
    return bytes(message)


def read(source):
    """Give what can be read of a message; never raises.

    :param bytes source: the message, however broken
    :return: dict with `headers` (list of name, text), `subject`, `email_from`, `date` (text), `message_id`,
        `references` (list), `recipients` (list of lower-case addresses), `body` and `is_html`
    """
    source = source.replace(b"\0", b"")
    try:
        message = email.message_from_bytes(source, policy=email.policy.compat32)
        headers = [(name, _decode_header(value)) for name, value in message.raw_items()]
    except Exception:  # the parser promises not to raise; what it cannot split is body
        message, headers = None, []
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), value.strip())
    body, is_html = _read_body(message) if message else (_decode(source), False)
    recipients = [value for name, value in headers if name.lower() in RECIPIENT_HEADERS]
    references = f"{values.get('references', '')} {values.get('in-reply-to', '')}"
    return {
        "headers": headers,
        "subject": " ".join(values.get("subject", "").split()),
        "email_from": " ".join(values.get("from", "").split()),
        "date": values.get("date", ""),
        "message_id": values.get("message-id")
        or f"<{hashlib.sha256(source).hexdigest()}@unreadable.invalid>",
        "references": re.findall(r"<[^<>\s]+>", references)[-32:],
        "recipients": [address.lower() for value in recipients for address in ADDRESS.findall(value)],
        "body": body,
        "is_html": is_html,
    }


def is_automatic(headers):
    """Tell whether a program wrote the message, so that answering it by a program could start a loop.

    Mailing lists do not count: many companies forward their complaint address through one.
    Source: RFC 3834, RFC 5321 section 4.5.5 (empty reverse-path).

    :param headers: list of (name, text)
    """
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), str(value).strip().lower())
    # encoded words tell small letters from capitals
    subject = next((str(value) for name, value in headers if name.lower() == "subject"), "")
    submitted = values.get("auto-submitted", "no").split(";")[0].strip()
    suppressed = re.split(r"[\s,;]+", values.get("x-auto-response-suppress", ""))
    return bool(
        submitted not in ("", "no")
        or any(name in values for name in AUTOMATIC_HEADERS)
        or values.get("precedence") in AUTOMATIC_PRECEDENCES
        or "all" in suppressed
        or "autoreply" in suppressed
        or values.get("return-path") == "<>"
        or AUTOMATIC_SENDERS.search(values.get("from", ""))
        or AUTOMATIC_SUBJECT.match(_decode_header(subject).strip(" [【(（"))
    )


def is_doubtful(headers):
    """Tell whether the receiving mail server found that the sender's address may be forged.

    Only the topmost results are read (the receiving server writes above what came in). Without results there
    is no doubt beyond what any mail deserves. Source: RFC 8601.

    :param headers: list of (name, text)
    """
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), str(value).strip().lower())
    results = dict(re.findall(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", values.get("authentication-results", "")))
    if results.get("dmarc") in ("pass", "fail"):
        return results["dmarc"] == "fail"
    spf = results.get("spf") or values.get("received-spf", "").split(" ")[0].rstrip(";")
    return spf == "fail" and results.get("dkim") != "pass"


def _decode(content, charset=None):
    """Decode bytes by the named charset if it exists, else by the likely ones; drop null bytes."""
    for name in (charset or "ascii", "utf-8", "gb18030"):
        try:
            return content.decode(name).replace("\0", "")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1").replace("\0", "")


def _decode_header(value):
    """Decode the encoded words of a header; what cannot be decoded stays as it was."""
    try:
        parts = email.header.decode_header(value)
    except Exception:  # broken encoded words raise several kinds of errors
        return str(value).encode("utf-8", "replace").decode("utf-8")
    texts = []
    for content, charset in parts:
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogateescape")
        texts.append(_decode(content, None if charset == "unknown-8bit" else charset))
    return " ".join(texts) if len(texts) > 1 and any(c for _t, c in parts) else "".join(texts)


def _read_body(message):
    """Give the first plain text, else the first HTML, of a message and whether it is HTML."""
    found = {}
    for part in message.walk():
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or kind in found or part.get_filename():
            continue
        try:
            content = part.get_payload(decode=True) or b""
            found[kind] = _decode(content, part.get_content_charset())
        except Exception:  # broken transfer encodings; the source is kept anyway
            continue
    for kind in ("text/plain", "text/html"):
        if found.get(kind, "").strip():
            return found[kind].strip(), kind == "text/html"
    return "", False
