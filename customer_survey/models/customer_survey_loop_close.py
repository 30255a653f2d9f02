from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

from .customer_survey_loop import LOW_OUTCOMES, OPEN_STATES, PROMOTER_OUTCOMES, TOLD_CHANNELS

OUTCOMES = {"low": dict(LOW_OUTCOMES), "promoter": dict(PROMOTER_OUTCOMES)}
# How the call that belongs to a follow-up ends it: {problem_solved: outcome}
SOLVED_OUTCOMES = {"yes": "solved"}


class CustomerSurveyLoop(models.Model):
    """The buttons of a follow-up, and what the call or mail that belongs to it means for it."""

    _inherit = "customer.survey.loop"

    def action_assign_to_me(self):
        """Take over open follow-ups."""
        self._lock_open()
        self.sudo().write({"user_id": self.env.uid})
        return True

    def action_in_contact(self):
        """Note that somebody is talking with the customer."""
        self._lock_open()
        self.sudo().write({"state": "contact"})
        return True

    def action_close(self):
        """Open the dialog that asks for the outcome and what the customer was told."""
        return self._get_close_action("close", self.env._("Close Follow-Ups"))

    def action_dismiss(self):
        """Open the dialog that asks why nothing is to be done."""
        return self._get_close_action("dismiss", self.env._("Dismiss Follow-Ups"))

    def action_reopen(self):
        """Take up again what was closed or dismissed; a supervisor may."""
        self.check_access("write")
        if not self.env.user.has_group("customer_care.group_care_supervisor"):
            raise AccessError(self.env._("Only a supervisor may reopen a follow-up."))
        if any(loop.state in OPEN_STATES for loop in self):
            raise UserError(self.env._("This follow-up is open."))
        self.sudo().write(
            {
                "state": "contact",
                "outcome": False,
                "closed_datetime": False,
                "closed_by_id": False,
                "dismiss_reason": False,
            }
        )
        return True

    def action_answer(self):
        """Open the mail to the customer; once sent, it stands as what the customer was told."""
        self.ensure_one()
        self._lock_open()
        template = self.env.ref("customer_survey.mail_template_loop_answer", raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer the Customer"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id if template else False,
                "default_composition_mode": "comment",
                "default_partner_ids": self.partner_id.ids,
                "force_email": True,
            },
        }

    def action_open_callback(self):
        """Open the call that belongs to the follow-up."""
        self.ensure_one()
        self.check_access("read")
        if not self.callback_id:
            raise UserError(self.env._("No call belongs to this follow-up."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.callback",
            "res_id": self.callback_id.id,
            "views": [(False, "form")],
        }

    def action_open_survey_answer(self):
        """Open the whole answer, for those who may read answers."""
        self.ensure_one()
        self.user_input_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "survey.user_input",
            "res_id": self.user_input_id.id,
            "views": [(False, "form")],
        }

    def _get_close_action(self, mode, title):
        self.check_access("write")
        if not self:
            raise UserError(self.env._("Please choose a follow-up."))
        if len(set(self.mapped("kind"))) > 1 and mode == "close":
            raise UserError(
                self.env._(
                    "Low answers and recommendations have different outcomes: please close them apart."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "customer.survey.loop.close",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_loop_ids": self.ids, "default_mode": mode},
        }

    def _lock_open(self):
        """:raises AccessError: no right to write
        :raises UserError: nothing chosen, one is done, or somebody else holds one
        """
        self.check_access("write")
        if not self:
            raise UserError(self.env._("Please choose a follow-up."))
        if len(self.sudo().try_lock_for_update()) < len(self):
            raise UserError(
                self.env._("Somebody else is working on this follow-up right now. Please try again.")
            )
        self.invalidate_recordset(["state"])
        for loop in self:
            if loop.state not in OPEN_STATES:
                raise UserError(self.env._("The follow-up %(loop)s is done already.", loop=loop.display_name))

    def _close(self, outcome, told=None, channel=None, referral_name=None, referral=None):
        """Close the follow-ups for the current user.

        :param outcome: of the kind of the follow-ups
        :param told: what the customer was told; needed unless it is known already or he could not be reached
        :raises UserError: the outcome does not fit, or it is not known what the customer was told
        """
        self._lock_open()
        told = str(told or "").strip()
        if channel not in dict(TOLD_CHANNELS):
            channel = "other"
        for loop in self:
            if outcome not in OUTCOMES[loop.kind]:
                raise UserError(self.env._("Please choose an outcome that fits the follow-up."))
            if loop.kind == "low" and outcome != "unreachable" and not (told or loop.told):
                raise UserError(self.env._("Please note what the customer was told."))
            if outcome == "referred" and not (referral_name or referral or loop.referral_name):
                raise UserError(self.env._("Please note whom the customer named."))
        for loop in self.sudo():
            vals = loop._prepare_close_vals("closed")
            vals["outcome"] = outcome
            if told:
                vals.update(loop._prepare_told_vals(told, channel))
            if outcome == "referred":
                vals["referral_name"] = referral_name or loop.referral_name or referral.display_name
                vals["referral_partner_id"] = (referral or loop.referral_partner_id).id
            loop.write(vals)
            loop._link_referral()
        self._log_followed()

    def _dismiss(self, reason):
        """End the follow-ups without an outcome, as superuser; they do not count in the closed-loop rate."""
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why nothing is to be done."))
        for loop in self.sudo():
            loop.write({**loop._prepare_close_vals("dismissed"), "dismiss_reason": reason})
            loop._cancel_callback(reason)

    def _cancel_callback(self, reason):
        """Cancel the call of the follow-up (singleton), if it was planned for it and nobody has begun."""
        callback = self.callback_id
        own = callback.rule_id.trigger in ("survey_low_score", "survey_promoter")
        others = callback.survey_loop_ids.filtered(lambda loop: loop.state in OPEN_STATES)
        if callback.state == "planned" and own and not others and not callback.call_user_id:
            callback.action_cancel(reason)

    def _prepare_close_vals(self, state):
        return {"state": state, "closed_datetime": fields.Datetime.now(), "closed_by_id": self.env.uid}

    def _prepare_told_vals(self, told, channel):
        """Return the values that note what the customer was told, below what was noted before."""
        return {
            "told": f"{self.told}\n{told}" if self.told else told,
            "told_channel": channel,
            "told_datetime": fields.Datetime.now(),
            "told_by_id": self.env.uid,
        }

    def _link_referral(self):
        """Note on who was referred by whom, unless somebody is noted there."""
        referred = self.referral_partner_id.commercial_partner_id
        customer = self.commercial_partner_id
        if referred and customer and referred != customer and not referred.care_referrer_id:
            referred.care_referrer_id = customer

    def _log_followed(self):
        self.env["customer.care.event"]._log(
            [
                {
                    "partner_id": loop.partner_id.id,
                    "kind": "survey_followed",
                    "summary": f"{loop.value:.0f}",
                    "res_model": loop._name,
                    "res_id": loop.id,
                    "company_id": loop.company_id.id,
                }
                for loop in self.sudo()
            ]
        )

    def _take_call(self, callback):
        """Take over what came of the call (singleton) that belongs to these open follow-ups, as superuser.

        Reached, the customer has been told; a solved problem closes the follow-up, anything else leaves the outcome
        to the responsible person. Who was not reached, or refused, is still waiting for an answer.
        """
        if callback.state != "done" or callback.outcome != "reached":
            return
        for loop in self.filtered(lambda loop: loop.state in OPEN_STATES):
            vals = {"state": "contact"}
            if callback.note:
                vals.update(loop._prepare_told_vals(callback.note, "phone"))
            outcome = SOLVED_OUTCOMES.get(callback.problem_solved) if loop.kind == "low" else None
            if outcome and (callback.note or loop.told):
                vals.update(loop._prepare_close_vals("closed"), outcome=outcome)
            loop.write(vals)
            if outcome and loop.state == "closed":
                loop._log_followed()

    def message_post(self, **kwargs):
        """A mail to the customer is what he was told."""
        message = super().message_post(**kwargs)
        loop = self.sudo()
        if (
            loop.state in OPEN_STATES
            and loop.partner_id in message.sudo().partner_ids
            and not message.is_internal
            and message.message_type in ("comment", "email_outgoing")
        ):
            text = html2plaintext(message.body or "").strip() or message.subject or "–"
            loop.write({"state": "contact", **loop._prepare_told_vals(text, "mail")})
        return message
