import base64
from datetime import timedelta
from unittest.mock import patch

from lxml import html
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_portal import ComplaintPortalCommon

ACTS = ("accept", "decline", "reopen", "escalate", "withdraw", "rate")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class PortalAnswerCommon(ComplaintPortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = new_test_user(
            cls.env, "complaint_answer_leader", groups="customer_complaint.group_complaint_supervisor"
        )
        cls.team.user_id = cls.leader
        cls.stages = {
            name: cls.env.ref(f"customer_complaint.customer_complaint_stage_{name}")
            for name in ("proposed", "execution", "resolved", "closed", "cancelled")
        }

    def _propose(self, text="<p>You get a new pump</p>"):
        self.complaint.write({"proposal": text, "stage_id": self.stages["proposed"].id})

    def _act(self, act, token=None, complaint=None, **data):
        page = html.fromstring(self.url_open("/complaint/track").text)
        csrf = page.xpath("//input[@name='csrf_token']/@value")[0]
        complaint = complaint or self.complaint
        response = self.url_open(
            f"/my/complaints/{complaint.id}/{act}",
            data={
                "csrf_token": csrf,
                "access_token": token or "",
                "digest": complaint._get_solution_digest(),
                **data,
            },
            allow_redirects=False,
        )
        self.env.invalidate_all()
        return response

    def _page(self):
        return self.url_open(self.url).text


@tagged("post_install", "-at_install")
class TestPortalAnswer(PortalAnswerCommon):
    def test_accept(self):
        """The customer accepts what is proposed: kept with the text, told in the thread, hook called."""
        self._login(self.owner)
        self.assertNotIn("complaint_accept", self._page())
        self._propose()
        self.assertIn("You get a new pump", self._page())
        calls = []
        with patch.object(
            self.registry["customer.complaint"],
            "_complaint_on_solution_answer",
            lambda complaint, accepted, comment: calls.append((complaint.id, accepted, comment)),
        ):
            self.assertEqual(self._act("accept", comment=" Fine ").status_code, 303)
        self.assertEqual(calls, [(self.complaint.id, True, "Fine")])
        self.assertEqual(self.complaint.solution_answer, "accepted")
        answer = self.complaint.answer_ids
        self.assertRecordValues(
            answer,
            [{"kind": "accept", "user_id": self.owner.id, "person": self.owner.name, "comment": "Fine"}],
        )
        self.assertIn("You get a new pump", answer.text)
        self.assertEqual(answer.digest, self.complaint._get_solution_digest())
        self.assertEqual(self.complaint.message_ids[0].author_id, self.owner.partner_id)
        # once is enough
        self.assertEqual(self._act("accept").status_code, 422)
        self.assertEqual(len(self.complaint.answer_ids), 1)

    def test_decline(self):
        """Who declines says why, and the handler is asked to look at it; a new proposal is a new question."""
        self._propose()
        self._login(self.owner)
        self.assertEqual(self._act("decline").status_code, 422)
        self.complaint.activity_ids.unlink()
        self.assertEqual(self._act("decline", comment="<b>Too little</b>").status_code, 303)
        self.assertEqual(self.complaint.solution_answer, "declined")
        self.assertEqual(self.complaint.activity_ids.user_id, self.handler)
        bodies = "".join(self.complaint.message_ids.mapped("body"))
        self.assertNotIn("<b>Too", bodies)
        self.assertIn("Too little", bodies)
        self.complaint.with_user(self.handler).proposal = "<p>A better one</p>"
        self.assertFalse(self.complaint.solution_answer)
        self.assertEqual(self._act("accept").status_code, 303)
        self.assertEqual(self.complaint.answer_ids.mapped("kind"), ["accept", "decline"])

    def test_declined_for_good(self):
        """A decline asks for the second review; after that the page names the external body."""
        self._propose()
        self._login(self.owner)
        self.assertEqual(self._act("decline", comment="Too little").status_code, 303)
        review = self.complaint.review_ids
        self.assertRecordValues(review, [{"state": "asked", "reason": "Too little"}])
        self.assertEqual(self.complaint.answer_ids.channel, "portal")
        self.assertNotIn("complaint_external_body", self._page())
        body = self.env["customer.complaint.external.body"].create(
            {"name": "<b>Arbitrator</b>", "website": "https://arbitrator.example/?a=1&b=2"}
        )
        review.sudo().write(
            {"state": "upheld", "external_body_id": body.id, "named_datetime": fields.Datetime.now()}
        )
        page = self._page()
        self.assertIn("complaint_external_body", page)
        self.assertIn("&lt;b&gt;Arbitrator", page)
        self.assertIn('href="https://arbitrator.example/?a=1&amp;b=2"', page)
        self.assertIn("Somebody else looks at our proposal again", page)
        body.website = "javascript:alert(1)"
        self.assertNotIn('href="javascript:', self._page())

    def test_changed_meanwhile(self):
        """Nobody accepts or signs what he has not read."""
        self._propose()
        self._login(self.owner)
        read, told = self.complaint._get_solution_digest(), self.complaint._get_signed_digest()
        self.complaint.write({"proposal": "<p>Nothing at all</p>", "name": "Other"})
        for act in ("accept", "decline"):
            for digest in (read, "", "x"):
                self.assertEqual(self._act(act, comment="x", digest=digest).status_code, 422)
        for digest in (told, "", "x"):
            self.assertIn("error", self._sign(name="Ann", signature=PNG, digest=digest))
        self.assertFalse(self.complaint.answer_ids)

    def test_stage_needs_acceptance(self):
        """A stage may ask that the customer has accepted before."""
        self._propose()
        self.stages["execution"].needs_acceptance = True
        with self.assertRaisesRegex(UserError, "not accepted"):
            self.complaint.stage_id = self.stages["execution"]
        self._login(self.owner)
        self._act("accept")
        self.complaint.stage_id = self.stages["execution"]

    def test_reopen(self):
        """For some days the customer reopens what was solved, with a reason."""
        self.complaint.stage_id = self.stages["resolved"]
        self._login(self.owner)
        self.assertEqual(self._act("reopen").status_code, 422)
        self.assertEqual(self._act("reopen", comment="Leaks again").status_code, 303)
        self.assertEqual(self.complaint.phase, "open")
        self.assertEqual(self.complaint.reopen_count, 1)
        self.assertIn("Leaks again", "".join(self.complaint.message_ids.mapped("body")))
        self.complaint.stage_id = self.stages["closed"]
        self.complaint._write_dates(
            {"closed_datetime": fields.Datetime.now() - timedelta(days=31), "resolved_datetime": False}
        )
        self.assertEqual(self._act("reopen", comment="Late").status_code, 422)
        self.complaint.company_id.care_complaint_reopen_days = 40
        self.assertEqual(self._act("reopen", comment="Late").status_code, 303)

    def test_escalate(self):
        """The customer asks for a superior once a day; the head of the team is told."""
        self._login(self.owner)
        self.assertEqual(self._act("escalate").status_code, 422)
        called = []
        with patch.object(
            self.registry["customer.complaint"],
            "_complaint_escalate",
            lambda _self, reason, by_customer=False: called.append((reason, by_customer)),
            create=True,
        ):
            self.assertEqual(self._act("escalate", comment="Nobody answers").status_code, 303)
        self.assertEqual(called, [("Nobody answers", True)])
        self.assertEqual(self._act("escalate", comment="Again").status_code, 422)

    def test_withdraw(self):
        """The customer withdraws; what was withdrawn he cannot withdraw or rate."""
        self._login(self.owner)
        self.assertEqual(self._act("withdraw", comment="It was my fault").status_code, 303)
        self.assertEqual(self.complaint.phase, "cancelled")
        self.assertEqual(self.complaint.answer_ids.kind, "withdraw")
        self.assertEqual(self.complaint.sudo().ending_reason_id.ended_by, "customer")
        for act in ACTS:
            self.assertEqual(self._act(act, comment="x", rating="5").status_code, 422, act)

    def test_rate(self):
        """Once it is solved the customer rates how he was treated, and may change his mind."""
        self._login(self.owner)
        self.assertEqual(self._act("rate", rating="5").status_code, 422)
        self.complaint.stage_id = self.stages["resolved"]
        for wrong in ("", "0", "4", "99", "x"):
            self.assertEqual(self._act("rate", rating=wrong).status_code, 422)
        self.assertEqual(self._act("rate", rating="5", comment="Great").status_code, 303)
        self.assertEqual(self.complaint.rating_last_value, 5)
        self.assertEqual(self.complaint.rating_last_feedback, "Great")
        self.assertEqual(self._act("rate", rating="1").status_code, 303)
        self.assertEqual(self.complaint.rating_last_value, 1)

    def test_archived(self):
        """An archived complaint can be looked at, nothing more."""
        self._propose()
        self.complaint.active = False
        self._login(self.owner)
        for act in ACTS:
            self.assertEqual(self._act(act, comment="x", rating="5").status_code, 422, act)

    def test_who_may_act(self):
        """Neither strangers nor employees decide for a customer, nor tokens of other complaints."""
        other = self.Complaint.create({"name": "Other", "partner_id": self.stranger.partner_id.id})
        self._propose()
        token = self.complaint._portal_ensure_token()
        for user, sent in (
            (self.stranger, ""),
            (self.colleague, ""),
            (None, ""),
            (None, "wrong"),
            (None, other._portal_ensure_token()),
            (self.stranger, other.access_token),
            (self.employee, ""),
            (self.handler, ""),
            (self.handler, token),
        ):
            self._login(user)
            for act in ACTS:
                with self.subTest(user=user and user.login, act=act):
                    response = self._act(act, sent, comment="x", rating="5")
                    self.assertTrue(response.headers.get("Location", "").endswith("/my"))
        self.assertFalse(self.complaint.answer_ids)
        self._login(self.handler)
        self.assertNotIn("complaint_accept", self._page())

    def test_by_link(self):
        """Who holds the link decides without login; that is seen in the record."""
        self._propose()
        self._login()
        response = self._act("accept", self.complaint._portal_ensure_token(), person="  Ann \0 Owner ")
        self.assertEqual(response.status_code, 303)
        self.assertRecordValues(self.complaint.answer_ids, [{"person": "Ann Owner", "user_id": False}])

    @mute_logger("odoo.http")
    def test_needs_post_and_csrf(self):
        """No picture and no other site decides."""
        self._propose()
        self._login(self.owner)
        for act in ACTS:
            self.assertIn(self.url_open(f"{self.url}/{act}").status_code, (404, 405))
            self.assertEqual(self.url_open(f"{self.url}/{act}", data={"comment": "x"}).status_code, 400)
        self.assertEqual(self.url_open(f"{self.url}/delete").status_code, 404)
        self.assertFalse(self.complaint.solution_answer)

    # ------------------------------------------------------------
    # Colleagues
    # ------------------------------------------------------------

    def test_colleagues(self):
        """The setting says whether colleagues, all or named ones, see each other's complaints."""
        company = self.complaint.company_id
        other_company = self.env["res.company"].create({"name": "Other company"})
        other_company.care_complaint_colleagues = "company"
        named = self.colleague.partner_id
        for setting, is_named, seen in (
            ("own", True, False),
            ("manager", False, False),
            ("manager", True, True),
            ("company", False, True),
        ):
            company.care_complaint_colleagues = setting
            named.care_sees_colleagues = is_named
            with self.subTest(setting=setting, is_named=is_named):
                self._login(self.colleague)
                self.assertEqual("Leaking pipe" in self.url_open("/my/complaints").text, seen)
                self.assertEqual("Leaking pipe" in self._page(), seen)
                self._login(self.stranger)
                self.assertNotIn("Leaking pipe", self.url_open("/my/complaints").text)
                self.assertNotIn("Leaking pipe", self._page())

    # ------------------------------------------------------------
    # Signature
    # ------------------------------------------------------------

    def _sign(self, token=None, **kwargs):
        digest = kwargs.pop("digest", self.complaint._get_signed_digest())
        url = f"{self.url}/sign?digest={digest}" + (f"&access_token={token}" if token else "")
        answer = self.make_jsonrpc_request(url, kwargs)
        self.env.invalidate_all()
        return answer

    def test_sign(self):
        """The signature freezes what was registered; a change of it shows."""
        self._login(self.owner)
        for wrong in (
            {},
            {"signature": "abc"},
            {"signature": base64.b64encode(b"<svg/>").decode()},
            {"signature": 1},
        ):
            self.assertIn("error", self._sign(name="Ann", **wrong))
        self.assertFalse(self.complaint.signed_by)
        self.assertTrue(self._sign(name="Somebody", signature=PNG)["force_refresh"])
        self.assertEqual(self.complaint.signed_by, self.owner.name)
        self.assertEqual(self.complaint.signature_state, "signed")
        answer = self.complaint.answer_ids
        self.assertEqual(answer.kind, "sign")
        self.assertIn("Water everywhere", answer.text)
        self.assertEqual(answer.digest, self.complaint.signed_digest)
        self.assertIn("error", self._sign(name="Ann", signature=PNG))
        document = self.complaint.message_ids.attachment_ids
        self.assertEqual(len(document), 1)
        self.complaint.description = "<p>Nothing at all</p>"
        self.env.invalidate_all()
        self.assertEqual(self.complaint.signature_state, "changed")
        self.assertTrue(self._sign(name="Ann", signature=PNG)["force_refresh"])

    def test_sign_by_link_and_others(self):
        """The link is enough to sign; strangers and employees cannot."""
        for user in (None, self.stranger, self.colleague, self.employee, self.handler):
            self._login(user)
            self.assertIn("error", self._sign(name="X", signature=PNG))
        self.assertFalse(self.complaint.signed_by)
        self._login()
        self._sign(self.complaint._portal_ensure_token(), name="Ann", signature=PNG)
        self.assertEqual(self.complaint.signed_by, "Ann")

    def test_sign_in_back_office(self):
        """Staff read back what is registered and let the customer sign, on the screen or on paper."""
        action = self.complaint.with_user(self.handler).action_sign()
        Wizard = self.env["customer.complaint.sign"].with_user(self.handler).with_context(**action["context"])
        wizard = Wizard.create({})
        self.assertEqual(wizard.signed_by, self.owner.partner_id.name)
        self.assertIn("Water everywhere", wizard.registered)
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.document = base64.b64encode(b"%PDF-1.4 signed")
        wizard.document_name = "signed.pdf"
        wizard.action_confirm()
        self.assertEqual(self.complaint.signature_state, "signed")
        self.assertIn("signed.pdf", self.complaint.message_ids.attachment_ids.mapped("name"))
        with self.assertRaises(AccessError):
            self.env["customer.complaint.sign"].with_user(self.employee).create(
                {"complaint_id": self.complaint.id}
            )

    def test_dialog_shows_nothing_of_others(self):
        """The dialog opens for nobody who may not read the complaint."""
        other = new_test_user(
            self.env, "complaint_answer_other", groups="customer_complaint.group_complaint_user"
        )
        Wizard = self.env["customer.complaint.sign"].with_user(other)
        with self.assertRaises(AccessError):
            Wizard.with_context(default_complaint_id=self.complaint.id).default_get(
                ["complaint_id", "digest"]
            )
        with self.assertRaises(AccessError):
            wizard = Wizard.create({"complaint_id": self.complaint.id, "signed_by": "X"})
            wizard.invalidate_recordset()
            wizard.read(["registered"])

    def test_forging(self):
        """No user writes what customers decided, signed or who they probably are."""
        handler = self.complaint.with_user(self.handler)
        values = {
            "signature": PNG,
            "signed_by": "X",
            "signed_datetime": fields.Datetime.now(),
            "signed_digest": "x",
            "solution_answer": "accepted",
            "probable_partner_id": self.stranger.partner_id.id,
            "forwarded_by": "x",
            "previous_id": self.complaint.id,
            "answer_ids": [(0, 0, {"kind": "accept"})],
        }
        for name, value in values.items():
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    handler.write({name: value})
                with self.assertRaises(AccessError):
                    handler.create({"name": "x", name: value})
                if name != "answer_ids":
                    made = handler.with_context(**{f"default_{name}": value}).create({"name": "x"})
                    self.assertFalse(made.sudo()[name])
        for user in (self.handler, self.employee, self.owner):
            with self.assertRaises(AccessError):
                self.env["customer.complaint.answer"].with_user(user).create(
                    {"complaint_id": self.complaint.id, "kind": "accept"}
                )
