"""The doors without login, given what a machine thinks of: texts of all alphabets, broken mails, forged links."""

import string
from email.generator import BytesGenerator
from email.message import Message
from io import BytesIO
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import html
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import public
from .common_mail import ALIAS, ComplaintMailCommon
from .test_fuzz import GATEWAY_LOG
from .test_portal_answer import PortalAnswerCommon
from .test_public_form import PublicFormCommon

# the same examples in each run: a failure here is a failure everywhere
QUIET = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    # looking for the smallest example would take longer than all tests
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": list(HealthCheck),
}
SCRIPTS = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>")
# surrogates cannot be sent by HTTP
LETTERS = st.characters(exclude_categories=("Cs",))
TEXTS = st.one_of(st.text(LETTERS, max_size=60), st.sampled_from(SCRIPTS))


def is_script_free(text):
    """Return whether nothing in the HTML would run; what was escaped may say what it likes."""
    elements = html.fragment_fromstring(text or "", create_parent="div").iter("*")
    return not any(
        element.tag in ("script", "iframe", "object")
        or any(
            name.startswith("on") or value.strip().lower().startswith("javascript:")
            for name, value in element.attrib.items()
        )
        for element in elements
    )


@tagged("post_install", "-at_install")
class TestFuzzFormProperties(PublicFormCommon):
    def test_public_form(self):
        """No text makes the form fail; what is kept holds no script and belongs to nobody else."""
        hidden = self._fields()
        self.team.web_hourly_limit = 0
        filled = st.fixed_dictionaries(
            {"name": TEXTS.filter(str.strip), "description": TEXTS.filter(str.strip)},
            optional={
                "contact_name": TEXTS,
                "email": st.one_of(st.emails(), TEXTS),
                "phone": st.one_of(
                    st.just("+86 21 5555 0101"), st.text("+0123456789 ()-", max_size=20), TEXTS
                ),
                "kind": TEXTS,
                "category_id": st.one_of(st.integers().map(str), TEXTS),
                "form_token": st.one_of(st.text("0123456789abcdef", min_size=32, max_size=32), TEXTS),
                "partner_id": st.just(str(self.known.id)),
            },
        )

        @settings(max_examples=10, **QUIET)
        @given(filled, st.text(LETTERS, min_size=1, max_size=30), st.binary(max_size=50))
        def send(data, file_name, content):
            file_name = file_name.replace("\0", "").replace("\r", "").replace("\n", "")
            files = [("files", (file_name or "x.txt", content))]
            response = self.url_open(self.url, data={**hidden, **data}, files=files, allow_redirects=False)
            self.assertIn(response.status_code, (303, 422), data)
            for script in SCRIPTS:
                self.assertNotIn(script, response.text)

        with patch.object(public, "MAIL_PER_HOUR", 0):
            send()
        for complaint in self._made():
            self.assertTrue(is_script_free(complaint.description))
            self.assertFalse(complaint.partner_id)
            self.assertEqual(complaint.team_id, self.team)


@tagged("post_install", "-at_install")
class TestFuzzPortalProperties(PortalAnswerCommon):
    @mute_logger("odoo.http")
    def test_links_of_others(self):
        """No number, secret or parameter shows a visitor a complaint that he has not the link of."""
        self.complaint.name = "Only for its owner"
        self.authenticate(None, None)
        token = self.complaint._portal_ensure_token()
        self.env.flush_all()
        secrets = st.one_of(
            st.text(LETTERS, max_size=40),
            st.sampled_from(
                (token[:-1], token + " ", token.upper() + "x", token[::-1], "%", "None", "False")
            ),
        )
        ids = st.one_of(st.just(self.complaint.id), st.integers(-(10**12), 10**12))
        names = st.sampled_from(("pid", "hash", "new", "search", "report_type", "download", "lang"))

        @settings(max_examples=12, **QUIET)
        @given(ids, secrets, st.dictionaries(names, TEXTS, max_size=2))
        def open_page(number, secret, params):
            for path in (f"/my/complaints/{number}", f"/complaint/task/{number}-x"):
                response = self.opener.get(
                    self.base_url() + path, params={**params, "access_token": secret}, timeout=30
                )
                self.assertLess(response.status_code, 500, (path, secret, params))
                self.assertNotIn("Only for its owner", response.text)

        open_page()


@st.composite
def mails(draw):
    """Give the source of a mail to the team: parts in parts, wrong charsets, encodings and names."""
    header = st.one_of(
        st.text(string.printable, max_size=40).map(lambda text: text.replace("\r", " ").replace("\n", " ")),
        st.sampled_from(("=?utf-8?b?5rC05rO1?=", "=?nonsense?q?=FF?=", "=?utf-8?b?!?=", *SCRIPTS)),
    )

    def make_part(content):
        kind, charset, encoding, body, name = content
        part = Message()
        part["Content-Type"] = kind + (f"; charset={charset}" if charset else "")
        if encoding:
            part["Content-Transfer-Encoding"] = encoding
        if name:
            part["Content-Disposition"] = f'attachment; filename="{name}"'
        part.set_payload(body)
        return part

    def join(parts):
        whole = Message()
        whole["Content-Type"] = 'multipart/mixed; boundary="edge"'
        whole.set_payload(parts)
        return whole

    leaves = st.tuples(
        st.sampled_from(
            ("text/plain", "text/html", "image/png", "application/pdf", "text/", "x", "message/rfc822x")
        ),
        st.sampled_from(("utf-8", "gb18030", "nonsense", '"', "us-ascii", "")),
        st.sampled_from(("base64", "quoted-printable", "8bit", "x-uuencode", "nonsense", "")),
        st.one_of(st.text(string.printable, max_size=80), st.sampled_from((*SCRIPTS, "=FF=0", "!!!!", "A"))),
        st.sampled_from(("", "", "a.png", "../../etc/passwd", "=?utf-8?q?=00?=", "x" * 300)),
    ).map(make_part)
    mail = draw(st.recursive(leaves, lambda parts: st.lists(parts, max_size=3).map(join), max_leaves=5))
    for name, value in {
        "From": draw(
            st.sampled_from(("Ann <ann@customer.test>", "a@b.test", '"x" <not an address>', "<>", "=?"))
        ),
        "Subject": draw(header),
        "Date": draw(st.sampled_from(("", "Mon, 2 Mar 2026 09:00:00 +0000", "yesterday", "99 Foo 0000"))),
        "Cc": draw(header),
        "In-Reply-To": draw(header),
    }.items():
        mail[name] = value
    stream = BytesIO()
    BytesGenerator(stream, mangle_from_=False, maxheaderlen=0).flatten(mail)
    return stream.getvalue()


@tagged("post_install", "-at_install", "mail_gateway")
class TestFuzzGatewayProperties(ComplaintMailCommon):
    @mute_logger(
        GATEWAY_LOG,
        "odoo.addons.mail.models.mail_thread",
        "odoo.tools.mail",
        "odoo.addons.base.models.ir_mail_server",
    )
    def test_no_mail_is_lost(self):
        """Whatever a mail is made of, it becomes exactly one complaint, of its team and without script."""
        numbers = iter(range(10**6))

        @settings(max_examples=25, **QUIET)
        @given(mails())
        def receive(source):
            head = f"Delivered-To: {ALIAS}\r\nMessage-Id: <fuzz-{next(numbers)}@customer.test>\r\n".encode()
            made = self._process(head + source)
            self.assertEqual(len(made), 1, source)
            self.assertEqual(made.team_id, self.team)
            self.assertTrue(is_script_free(made.description), source)
            for message in made.message_ids:
                self.assertTrue(is_script_free(message.body), source)
            made.unlink()

        receive()
