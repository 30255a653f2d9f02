from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .customer_care_campaign import SEAT_STATES

REMARK_LENGTH = 1000
# A link shows the campaign until so many days after its end.
LINK_DAYS = 14


class CustomerCareCampaign(models.Model):
    """Seats: nobody gets one twice, whoever answers at the same moment."""

    _inherit = "customer.care.campaign"

    def _lock_seats(self):
        """Make answers to the same campaigns follow one another.

        Writing the row, not only locking it, makes the second of two transactions start anew with what the
        first one has left: a lock alone would let it count by its old snapshot.
        """
        limited = self.sudo().filtered("is_limited")
        if limited:
            self.env.flush_all()
            self.env.cr.execute(
                SQL("UPDATE customer_care_campaign SET capacity = capacity WHERE id = ANY(%s)", limited.ids)
            )

    def _get_free_seats(self, besides=None):
        """Return how many seats are free, ``None`` for any number (singleton).

        :param besides: a participant whose own seats do not count
        """
        self.ensure_one()
        if not self.sudo().is_limited:
            return None
        self.env.flush_all()
        query = SQL(
            "SELECT COALESCE(SUM(1 + companions), 0) FROM customer_care_campaign_participant"
            " WHERE campaign_id = %s AND state = ANY(%s) AND id <> %s",
            self.id,
            list(SEAT_STATES),
            besides.id if besides else 0,
        )
        return self.sudo().capacity - self.env.execute_query(query)[0][0]

    def _promote_waiting(self):
        """Give free seats to those who wait, who answered first comes first; a party that is too large waits on."""
        Participant = self.env["customer.care.campaign.participant"].sudo()
        for campaign in self.filtered(lambda one: one.state in ("inviting", "running")):
            waiting = Participant.search(
                [("campaign_id", "=", campaign.id), ("state", "=", "waiting")], order="date_answered, id"
            )
            if not waiting:
                continue
            campaign._lock_seats()
            free = campaign._get_free_seats()
            ids = []
            for one in waiting:
                if free is None or 1 + one.companions <= free:
                    free = None if free is None else free - 1 - one.companions
                    ids.append(one.id)
            seated = Participant.browse(ids)
            seated._set_state("accepted")
            seated._queue("seat", ("accepted",))


class CustomerCareCampaignParticipant(models.Model):
    """What the invited answer, on the page of their link, in the portal, or by phone."""

    _inherit = "customer.care.campaign.participant"

    @api.model
    def _find_of_portal(self, partner):
        """Return the invitations of the customer's company that may be shown, as superuser."""
        found = self.sudo().search(
            [
                ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                ("state", "!=", "target"),
                ("campaign_id.active", "=", True),
                ("campaign_id.state", "!=", "draft"),
            ],
            order="id desc",
        )
        shown = found.filtered(lambda one: one._get_addressee().active)
        return shown.sorted("date_begin", reverse=True)

    def _is_link_open(self):
        """Whether a link still shows the campaign: some days after its end it does not."""
        self.ensure_one()
        campaign = self.campaign_id
        return (
            campaign.active
            and campaign.state != "draft"
            and self._get_addressee().active
            and self.partner_id.active
            and not self.partner_id.care_is_anonymous
            and fields.Datetime.subtract(fields.Datetime.now(), days=LINK_DAYS) <= campaign.date_end
        )

    def _answer(self, choice, companions=0, remark=""):
        """Take an answer; who comes after the last seat waits. The same answer again changes nothing.

        :param choice: ``yes`` or ``no``
        :raises UserError: answers are not taken (any more), too many companions, not enough seats for more
        """
        self.ensure_one()
        one = self.sudo()
        campaign = one.campaign_id
        campaign._lock_seats()
        one.invalidate_recordset(["state", "companions"])
        one._check_answer(choice, companions)
        remark = (str(remark or "").replace("\0", "").strip())[:REMARK_LENGTH] or False
        companions = companions if choice == "yes" else 0
        state = one._get_answered_state(choice, companions)
        if (state, companions, remark) == (one.state, one.companions, one.remark):
            return state
        # who waits keeps the place in the queue, whatever else changes
        moved = state != one.state
        # the seats given back by it go to those who wait
        one.write(
            {
                "companions": companions,
                "remark": remark,
                "mail_due": False,
                "blocked_reason": False,
                **({"date_answered": fields.Datetime.now()} if moved else {}),
                **({"state": state} if moved else {}),
            }
        )
        if moved:
            self._log_answer(state)
        if state != "declined" and moved:
            one._send("confirmation" if state == "accepted" else "waiting")
        return state

    def _log_answer(self, state):
        self._care_log(f"campaign_{state}")

    def _get_answered_state(self, choice, companions):
        """Return the state the answer leads to.

        :raises UserError: who has a seat already asks for more of them than are free
        """
        if choice == "no":
            return "declined"
        free = self.campaign_id._get_free_seats(besides=self)
        if free is None or 1 + companions <= free:
            return "accepted"
        if self.state == "accepted":
            raise UserError(
                self.env._(
                    "There are not enough free seats: %(count)s companions at most.", count=max(free - 1, 0)
                )
            )
        return "waiting"

    def _check_answer(self, choice, companions):
        """:raises UserError: an answer that is not possible now, or at all"""
        campaign = self.campaign_id
        if not campaign._is_answerable() or self.state in ("attended", "absent"):
            raise UserError(self.env._("Answers to this invitation are not taken any more."))
        if choice not in ("yes", "no"):
            raise UserError(self.env._("Please choose yes or no."))
        if type(companions) is not int or not 0 <= companions <= campaign.companions_max:
            raise UserError(
                self.env._("You can bring from 0 to %(count)s companions.", count=campaign.companions_max)
            )
