from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# What a button of a view may fill in the dialog.
CLOSE_DEFAULTS = ("default_is_desk", "default_is_do_not_call")


class CustomerCallback(models.Model):
    """How callbacks end, and how an end is taken back."""

    _inherit = "customer.callback"

    can_reopen = fields.Boolean(compute="_compute_can_reopen")

    @api.depends("state", "done_datetime", "done_by_id")
    @api.depends_context("uid")
    def _compute_can_reopen(self):
        is_manager = self.env.user.has_group("customer_care.group_care_manager")
        today = fields.Date.context_today(self)
        for callback in self:
            callback.can_reopen = callback.state != "planned" and (
                is_manager
                or callback.done_by_id == self.env.user
                and fields.Date.context_today(self, callback.done_datetime) == today
            )

    def action_reached(self):
        """Finish the callback as reached, with what stands in its fields."""
        return self.action_done("reached")

    def action_no_answer(self):
        """Finish the attempt; plan the next one, or give up after the last."""
        return self.action_done("no_answer")

    def action_ask_number(self):
        """Open a dialog: the number is wrong; perhaps the right one is known."""
        return self._get_close_action("wrong_number")

    def action_done(self, outcome=None, satisfaction=None, problem_solved=None, note=None):
        """Finish callbacks of the user.

        >>> callback.action_done("reached", satisfaction=8, problem_solved="yes")

        :param outcome: ``reached``, ``no_answer``, ``wrong_number`` or ``refused``
        :param satisfaction, problem_solved, note: replace what stands in the fields when given
        :raises UserError: already finished, being finished by somebody else, unknown outcome or answer, or
            reached with neither satisfaction nor note
        """
        if outcome not in self._fields["outcome"].get_values(self.env):
            raise UserError(self.env._("There is no outcome %(outcome)s of a callback.", outcome=outcome))
        self._check_answers(satisfaction, problem_solved)
        self._lock_planned()
        given = {"satisfaction": satisfaction, "problem_solved": problem_solved, "note": note}
        vals = {name: value for name, value in given.items() if value is not None}
        if vals:
            self.write(vals)
        if outcome == "reached":
            self._check_result()
            self._check_required_answers()
        self._finish(outcome)
        return True

    def action_cancel(self, reason=""):
        """Cancel planned callbacks. Without a reason, open a dialog that asks for it."""
        reason = str(reason or "").strip()
        if not reason:
            return self._get_close_action("cancel")
        self._lock_planned()
        self.sudo().write(
            {
                **self._prepare_finish_vals(),
                **self._prepare_release_vals(),
                "state": "cancelled",
                "cancel_reason": reason,
            }
        )
        self._log("callback_cancelled")
        return True

    def action_refuse(self):
        """Open a dialog: the customer does not want this call, or none at all."""
        return self._get_close_action("refuse")

    def action_reopen(self):
        """Take back the end of callbacks: who ended it on the same day, a manager at any time.

        :raises UserError: it is not finished, or a later attempt was already made
        :raises AccessError: by somebody else, or later
        """
        self.check_access("write")
        self._lock()
        if any(callback.state == "planned" for callback in self):
            raise UserError(self.env._("This callback is not finished."))
        if not all(callback.can_reopen for callback in self):
            raise AccessError(
                self.env._(
                    "Only who finished a callback may reopen it, on the same day; later a manager may."
                )
            )
        later = self.sudo().search([("previous_id", "in", self.ids)])
        if any(callback.state != "planned" for callback in later):
            raise UserError(self.env._("The next attempt has already been made."))
        later.unlink()
        self._unlog_contact()
        for count, callbacks in self.sudo().grouped("reopen_count").items():
            callbacks.write(
                {
                    "state": "planned",
                    "outcome": False,
                    "cancel_reason": False,
                    "done_datetime": False,
                    "done_by_id": False,
                    "follow_up": False,
                    "follow_up_datetime": False,
                    "reopen_count": count + 1,
                }
            )
        self._log("callback_reopened")
        return True

    # Ending

    def _lock(self):
        """Lock the records and read them anew.

        :raises UserError: somebody else holds one of them
        """
        if len(self.try_lock_for_update()) < len(self):
            raise UserError(
                self.env._("Somebody else is working on this callback right now. Please try again.")
            )
        self.invalidate_recordset(["state", "call_user_id", "call_datetime"])

    def _lock_planned(self):
        """Check that the user may finish the records, and that nobody did.

        :raises AccessError: no right to write
        :raises UserError: finished, or being finished, by somebody else
        """
        self.check_access("write")
        self._lock()
        self._check_claim()
        for callback in self:
            if callback.state != "planned":
                raise UserError(
                    self.env._(
                        "The callback %(callback)s was already finished by %(user)s.",
                        callback=callback.display_name,
                        user=callback.sudo().done_by_id.name or "",
                    )
                )

    def _check_answers(self, satisfaction, problem_solved):
        """:raises UserError: an answer that no form offers"""
        if satisfaction is not None and (type(satisfaction) is not int or not 0 <= satisfaction <= 10):
            raise UserError(self.env._("The satisfaction goes from 1 to 10."))
        if problem_solved and problem_solved not in self._fields["problem_solved"].get_values(self.env):
            raise UserError(self.env._("The problem is solved, not solved, or it is not known."))

    def _check_result(self):
        """A call that reached somebody says something.

        :raises UserError: neither satisfaction nor note
        """
        if any(not callback.satisfaction and not (callback.note or "").strip() for callback in self):
            raise UserError(self.env._("Please enter the satisfaction or a note before you finish the call."))

    def _finish(self, outcome):
        """End the callbacks, plan next attempts, log, and tell the documents; rights are checked before."""
        retry = self.browse()
        if outcome == "no_answer":
            retry = self.filtered(lambda callback: callback._has_next_attempt())
        given_up = self - retry if outcome == "no_answer" else self.browse()
        done = self - given_up
        self._freeze_script()
        for callback in self.sudo():
            callback.write({**callback._prepare_duration_vals(), **self._prepare_release_vals()})
        vals = {**self._prepare_finish_vals(), "outcome": outcome}
        given_up.sudo().write({**vals, "state": "missed"})
        done.sudo().write({**vals, "state": "done"})
        given_up._log("callback_missed")
        done._log("callback_done" if outcome == "reached" else f"callback_{outcome}")
        if outcome == "reached":
            self._note_needs()
            self._log_contact()
        given_up._set_follow_up()
        retry.sudo().create([callback._prepare_next_attempt_vals() for callback in retry.sudo()])
        (self - retry)._call_document_hook()

    def _prepare_finish_vals(self):
        return {"done_datetime": fields.Datetime.now(), "done_by_id": self.env.uid}

    def _call_document_hook(self):
        for callback in self.sudo():
            document = callback._get_document()
            if document:
                document._care_callback_done(callback)

    def _get_document(self):
        """Return the document the callback was planned for, as superuser; empty when there is none."""
        self.ensure_one()
        model = self.env.get(self.res_model) if self.res_model else None
        if model is None or not hasattr(model, "_care_callback_done"):
            return self.env["customer.care.mixin"]
        return model.sudo().browse(self.res_id).exists()

    def _get_close_action(self, mode):
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": {
                "cancel": self.env._("Cancel the Callback"),
                "refuse": self.env._("The Customer Refuses"),
                "wrong_number": self.env._("Wrong Number"),
                "later": self.env._("Call Later"),
            }[mode],
            "res_model": "customer.callback.close",
            "view_mode": "form",
            "target": "new",
            "context": {
                **{name: self.env.context[name] for name in CLOSE_DEFAULTS if name in self.env.context},
                "default_callback_ids": self.ids,
                "default_mode": mode,
            },
        }
