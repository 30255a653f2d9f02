import hashlib
from datetime import timedelta

from markupsafe import Markup
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, html2plaintext, is_html_empty

from .customer_complaint_flow import Missing
from .customer_complaint_stage import OPEN_PHASES

STAFF = "base.group_user"
SOLVED_PHASES = ("resolved", "closed")
ESCALATE_AGAIN_HOURS = 24
COMMENT_LENGTH = 5000


class CustomerComplaintSolution(models.Model):
    """What the customer himself decides: to accept, to decline, to go on, to give up."""

    _inherit = "customer.complaint"

    proposal = fields.Html(
        "Proposed Solution",
        groups=STAFF,
        copy=False,
        help="The customer reads it in the portal and accepts or declines it there, while the complaint is "
        "in a stage that proposes a solution.",
    )
    solution_answer = fields.Selection(
        [("accepted", "Agreed"), ("declined", "Declined")],
        "Answer of the Customer",
        readonly=True,
        copy=False,
        tracking=True,
        groups=STAFF,
    )
    answer_ids = fields.One2many(
        "customer.complaint.answer", "complaint_id", "Decisions of the Customer", readonly=True, groups=STAFF
    )

    def write(self, vals):
        result = super().write(vals)
        if "proposal" in vals:
            # another proposal is another question
            self.sudo().filtered("solution_answer").solution_answer = False
        return result

    # What is before the customer

    def _get_solution_html(self):
        """Return what the customer is asked to agree to (singleton): the proposal and what is offered."""
        self.ensure_one()
        complaint = self.sudo()
        parts = [] if is_html_empty(complaint.proposal) else [Markup(complaint.proposal)]
        offers = complaint._portal_get_offers()
        if offers:
            items = Markup("").join(Markup("<li>%s</li>") % offer._get_offer() for offer in offers)
            parts.append(Markup("<ul>%s</ul>") % items)
        return Markup("").join(parts)

    def _get_solution_digest(self):
        return hashlib.sha256(html2plaintext(self._get_solution_html()).encode()).hexdigest()

    def _is_solution_before_customer(self):
        """Whether the customer can read the proposal: in a stage that proposes a solution, and from then on."""
        self.ensure_one()
        stage = self.stage_id
        is_proposed = stage._get_facts()[stage.id]["is_solution"] if stage else False
        return bool(self._get_solution_html()) and (is_proposed or bool(self.sudo().solution_answer))

    def _portal_get_acts(self):
        """Return the set of what the customer can do now (singleton).

        Of ``accept decline sign reopen escalate withdraw rate``. Override to allow or refuse more.
        """
        self.ensure_one()
        if not self.active:
            return set()
        complaint = self.sudo()
        if complaint.phase in SOLVED_PHASES:
            return {"rate", "reopen"} if complaint._is_reopening_open() else {"rate"}
        if complaint.phase not in OPEN_PHASES:
            return set()
        acts = set()
        if complaint._is_solution_before_customer() and not complaint.solution_answer:
            acts |= {"accept", "decline"}
        if not complaint._is_signature_current():
            acts.add("sign")
        since = fields.Datetime.now() - timedelta(hours=ESCALATE_AGAIN_HOURS)
        if not complaint.answer_ids.filtered(lambda a: a.kind == "escalate" and a.datetime > since):
            acts.add("escalate")
        if complaint._get_cancelled_stage():
            acts.add("withdraw")
        return acts

    def _is_reopening_open(self):
        """Whether the customer may still reopen the solved complaint himself."""
        self.ensure_one()
        days = self.company_id.care_complaint_reopen_days
        done = self.closed_datetime or self.resolved_datetime
        return bool(days and done and done > fields.Datetime.now() - timedelta(days=days))

    def _get_cancelled_stage(self):
        """Return the first stage for what is not pursued any further, may be empty."""
        for stage_id, facts in self.stage_id._get_facts().items():
            stage = self.stage_id.browse(stage_id)
            if facts["active"] and facts["phase"] == "cancelled" and stage._is_open_to(self.team_id):
                return stage
        return self.stage_id.browse()

    # What the customer does

    def _customer_act(self, act, person, comment="", rating=0, digest=None, reasons=()):
        """Do what the customer decided on one complaint, as superuser; rights are checked by the caller.

        :param act: one of ``_portal_get_acts`` but ``sign``
        :param person: name of who decides
        :param rating: 1, 3 or 5, for ``rate``
        :param digest: of the solution the customer had before him, for ``accept`` and ``decline``
        :param reasons: ids of what the customer is not satisfied with, for ``rate``
        :raises UserError: it cannot be done now, or a reason is missing
        """
        self.ensure_one()
        complaint = self.sudo()
        comment = (comment or "").strip()[:COMMENT_LENGTH]
        if act not in complaint._portal_get_acts():
            raise UserError(self.env._("This is not possible any more. Please look at the complaint again."))
        if act in ("accept", "decline") and digest != complaint._get_solution_digest():
            raise UserError(self.env._("What we propose has changed meanwhile. Please read it again."))
        if act in ("decline", "reopen", "escalate") and not comment:
            raise UserError(self.env._("Please tell us why."))
        if act == "rate":
            return complaint._customer_rate(rating, comment, reasons)
        complaint._log_answer(act, person, comment)
        return getattr(complaint, f"_customer_{act}")(person, comment)

    def _customer_accept(self, person, comment):
        self.solution_answer = "accepted"
        self._post_of_customer(self.env._("%(name)s accepts the proposed solution.", name=person), comment)
        self._complaint_on_solution_answer(True, comment)

    def _customer_decline(self, person, comment):
        self.solution_answer = "declined"
        self._post_of_customer(self.env._("%(name)s declines the proposed solution.", name=person), comment)
        self._complaint_remind(
            "mail.mail_activity_data_todo", self.env._("The customer declines the proposed solution")
        )
        self._complaint_on_solution_answer(False, comment)

    def _customer_reopen(self, person, comment):
        self._reopen(comment)
        self._post_of_customer(self.env._("%(name)s reopens the complaint.", name=person), comment)

    def _customer_escalate(self, person, comment):
        self._post_of_customer(self.env._("%(name)s asks for a superior.", name=person), comment)
        self._complaint_escalate(comment, by_customer=True)

    def _customer_withdraw(self, person, comment):
        self._post_of_customer(self.env._("%(name)s withdraws the complaint.", name=person), comment)
        reason = self.env["customer.complaint.ending.reason"]._get_withdrawn()
        self.write({"stage_id": self._get_cancelled_stage().id, "ending_reason_id": reason.id})

    def _customer_rate(self, rating, comment, reasons=()):
        if rating not in (1, 3, 5):
            raise UserError(self.env._("Please choose one of the faces."))
        self.rating_apply(rating, token=self._rating_get_access_token(), feedback=comment or None)
        self.dissatisfaction_ids = self._get_offered_reasons().filtered(lambda reason: reason.id in reasons)

    def _complaint_on_solution_answer(self, accepted, comment):
        """Act on the customer's answer to the proposed solution; called on one complaint as superuser.

        Override to do more, e.g. to begin with carrying it out.
        """

    def _log_answer(self, kind, person, comment="", text=None, digest=None):
        """Keep a decision with the text it is about: the proposed solution, unless another is given."""
        user = self.env.user
        staff = user._is_internal() and not user._is_superuser()
        if text is None and kind in ("accept", "decline"):
            text, digest = self._get_solution_html(), self._get_solution_digest()
        return (
            self.env["customer.complaint.answer"]
            .sudo()
            .create(
                {
                    "complaint_id": self.id,
                    "kind": kind,
                    "person": (person or "")[:120] or False,
                    "user_id": False if user._is_public() or user._is_superuser() else user.id,
                    "comment": comment or False,
                    "text": text or False,
                    "digest": digest or False,
                    # signed before the eyes of an employee, else by the customer alone
                    "channel": "visit" if staff else "portal",
                    "recorded_by_id": user.id if staff else False,
                }
            )
        )

    def _post_of_customer(self, body, comment="", **kwargs):
        """Put into the thread what the customer did, in his name, so that his handler is told."""
        user = self.env.user
        author = user.partner_id if user._is_portal() else self.partner_id
        text = Markup("<p>%s</p>") % Markup("<br/>").join(str(body).splitlines())
        if comment:
            text += Markup("<p>%s</p>") % Markup("<br/>").join(comment.splitlines())
        return self.message_post(
            body=text,
            author_id=author.id or False,
            email_from=author.email_formatted or self._get_author_address(),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **kwargs,
        )

    def _get_person(self):
        """Return how to call who speaks: the user who is logged in, else the customer (singleton)."""
        user = self.env.user
        if user._is_portal():
            return user.name
        return (
            self.sudo().contact_name or self.partner_id.name or email_normalize(self.email_from or "") or ""
        )

    # Stages

    def _get_missing(self, stage):
        missing = super()._get_missing(stage)
        if stage.id in stage._get_acceptance_ids():
            text = self.env._("the customer has not accepted the proposed solution")
            missing = missing + [
                Missing(complaint, text)
                for complaint in self.sudo()
                if complaint.solution_answer != "accepted"
            ]
        return missing
