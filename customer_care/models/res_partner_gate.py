from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Channels on which the customer is disturbed at night.
LOUD_CHANNELS = ("phone", "sms")


class ResPartner(models.Model):
    """The one gate that all outgoing contacts ask."""

    _inherit = "res.partner"

    def _care_gate(self, purpose, channel, at=None):
        """Return the reasons (translated texts) why the customer must not be contacted; empty when allowed.

        :param purpose: code of a purpose, e.g. ``callback``
        :param channel: ``phone``, ``email``, ``sms``
        :param at: as in ``_care_gate_map``
        """
        self.ensure_one()
        return self._care_gate_map(purpose, channel, at)[self.id]

    def _care_gate_map(self, purpose, channel, at=None):
        """Return ``{partner_id: [reasons]}`` why customers must not be contacted; no reasons: allowed.

        Without a moment only what lasts counts: the customer's will, consents, blacklists, archived, an open
        problem. That is what plans ask. With a moment also what passes: contact hours, quiet period, a missing
        number or address. That is what the contact itself asks. The number of queries does not depend on the
        number of customers. Override to add reasons, set-based.

        :param purpose: code of a ``customer.consent.purpose``; an unknown one needs no consent
        :param channel: ``phone``, ``email``, ``sms``, or another, which has no number or address to check
        :param at: naive UTC datetime of the contact
        """
        result = {partner.id: [] for partner in self}
        ids = self._origin.ids
        if not ids:
            return result
        goal = self.env["customer.consent.purpose"]._get_by_code(purpose)
        query = self._care_gate_query(goal, channel, SQL("p.id = ANY(%s)", ids), at)
        rows = {row["id"]: row for row in self.env.execute_query_dict(query)}
        found = {row_id: list(row["codes"]) for row_id, row in rows.items()}
        if at:
            for check in (self._care_gate_address, self._care_gate_hours, self._care_gate_quiet):
                for row_id, code in check(rows, goal, channel, at):
                    found[row_id].append(code)
        reasons = self._care_gate_text(channel)
        for partner in self:
            result[partner.id] = [reasons[code] for code in found.get(partner._origin.id, ())]
        return result

    # What lasts, in one query

    @api.model
    def _care_gate_query(self, goal, channel, partners, at=None, everybody=None):
        """Return the SELECT of what the gate knows of customers: a row each with ``id`` and ``codes``.

        ``codes`` is the array of the lasting reasons, empty when contact is allowed. Whatever has the customers
        in the database joins this, so that millions are asked as one is.

        :param goal: ``customer.consent.purpose``, may be empty
        :param partners: SQL, condition on ``p``, rows of ``res_partner``
        :param everybody: the same or wider, when ``partners`` names something that only the statement around it knows
        """
        self.env.flush_all()
        has_phone = "phone_sanitized" in self._fields and self._fields["phone_sanitized"].store
        reasons = self._care_gate_lasting(goal, channel, everybody or partners, at)
        return SQL(
            """
            SELECT p.id, p.commercial_partner_id AS customer, p.company_id, p.email_normalized AS email,
                   COALESCE(NULLIF(p.phone, ''), NULLIF(c.phone, '')) AS phone,
                   COALESCE(NULLIF(p.tz, ''), NULLIF(c.tz, '')) AS tz, country.code AS country,
                   array_remove(ARRAY[%(codes)s]::text[], NULL) AS codes
              FROM res_partner p
              LEFT JOIN res_partner c ON c.id = p.commercial_partner_id
              LEFT JOIN res_country country ON country.id = COALESCE(p.country_id, c.country_id)
              LEFT JOIN mail_blacklist b ON b.email = p.email_normalized AND b.active
              %(phones)s %(decisions)s
             WHERE %(partners)s
            """,
            codes=SQL(", ").join(
                SQL("CASE WHEN %s THEN %s END", condition, code) for code, condition in reasons.items()
            ),
            phones=SQL(
                "LEFT JOIN phone_blacklist k ON k.active AND k.number = COALESCE(p.phone_sanitized, c.phone_sanitized)"
            )
            if has_phone
            else SQL("LEFT JOIN (SELECT NULL::int AS id) k ON FALSE"),
            decisions=self._care_gate_decisions(goal),
            partners=partners,
        )

    @api.model
    def _care_gate_lasting(self, goal, channel, partners, at):
        """Return ``{code: SQL}``: what forbids contact for long, as conditions on the rows of ``_care_gate_query``.

        ``p`` is the customer, ``c`` the company, ``b`` and ``k`` the blacklisted address and number, ``own`` and
        ``main`` the newest decisions of both. Override to add reasons.
        """
        state = SQL("COALESCE(own.state, main.state)")
        reasons = {
            "archived": SQL("p.active IS NOT TRUE"),
            "unwanted": SQL("COALESCE(p.care_do_not_call, FALSE) OR COALESCE(c.care_do_not_call, FALSE)"),
        }
        if channel == "email":
            reasons["email_blocked"] = SQL("b.id IS NOT NULL")
        if channel in LOUD_CHANNELS:
            reasons["phone_blocked"] = SQL("k.id IS NOT NULL")
        if goal.is_opt_in:
            day = (at or fields.Datetime.now()).date()
            until = SQL("CASE WHEN own.state IS NULL THEN main.date_until ELSE own.date_until END")
            reasons["missing"] = SQL("%s IS NULL", state)
            reasons["expired"] = SQL("%s = 'given' AND %s < %s", state, until, day)
        if goal:
            reasons.update({code: SQL("%s = %s", state, code) for code in ("refused", "withdrawn")})
        if goal.is_paused_by_problem:
            customers = self.env.execute_query(
                SQL("SELECT DISTINCT p.commercial_partner_id FROM res_partner p WHERE %s", partners)
            )
            troubled = self.browse([row[0] for row in customers if row[0]])._care_get_problem_ids()
            reasons["problem"] = SQL("p.commercial_partner_id = ANY(%s)", list(troubled))
        return reasons

    @api.model
    def _care_gate_decisions(self, goal):
        """Return joins: the own decision counts; where there is none, that of the customer's company."""
        if not goal:
            return SQL(
                "LEFT JOIN (SELECT NULL::text AS state, NULL::date AS date_until) own ON FALSE"
                " LEFT JOIN (SELECT NULL::text AS state, NULL::date AS date_until) main ON FALSE"
            )
        newest = SQL(
            "SELECT state, date_until FROM customer_consent WHERE purpose_id = %s AND partner_id = ", goal.id
        )
        return SQL(
            "LEFT JOIN LATERAL (%(newest)s p.id ORDER BY date DESC, id DESC LIMIT 1) own ON TRUE"
            " LEFT JOIN LATERAL (%(newest)s p.commercial_partner_id ORDER BY date DESC, id DESC LIMIT 1) main"
            " ON p.commercial_partner_id <> p.id",
            newest=newest,
        )

    def _care_get_problem_ids(self):
        """Return the ids of those of these companies with an open problem. Override to know of some."""
        return set()

    @api.model
    def _care_gate_text(self, channel):
        """Return ``{code of a reason: sentence}``. Override to add reasons of your own."""
        return {
            "archived": self.env._("The customer is archived."),
            "unwanted": self.env._("The customer does not want calls.")
            if channel == "phone"
            else self.env._("The customer does not want to be contacted."),
            "email_blocked": self.env._("The e-mail address is on the blacklist."),
            "phone_blocked": self.env._("The phone number is on the blacklist."),
            "missing": self.env._("The customer has not consented to this purpose."),
            "refused": self.env._("The customer has refused this purpose."),
            "withdrawn": self.env._("The customer has withdrawn the consent to this purpose."),
            "expired": self.env._("The customer's consent to this purpose has expired."),
            "problem": self.env._("A problem of the customer is still open."),
            "no_email": self.env._("No e-mail address is known."),
            "no_phone": self.env._("No phone number is known."),
            "hours": self.env._("It is outside the contact hours where the customer lives."),
            "quiet": self.env._("The customer was contacted only recently."),
        }

    # What passes: each check yields pairs (partner_id, code)

    @api.model
    def _care_gate_address(self, rows, goal, channel, at):
        for row in rows.values():
            if channel == "email" and not row["email"]:
                yield row["id"], "no_email"
            if channel in LOUD_CHANNELS and not row["phone"]:
                yield row["id"], "no_phone"

    @api.model
    def _care_gate_hours(self, rows, goal, channel, at):
        if channel not in LOUD_CHANNELS:
            return
        companies = (
            self.env["res.company"]
            .sudo()
            .browse({row["company_id"] for row in rows.values() if row["company_id"]} | {self.env.company.id})
        )
        hours = {
            company.id: (company.care_contact_from, company.care_contact_to, company._care_get_tz())
            for company in companies
        }
        clocks = {}
        for row in rows.values():
            begin, end, tz = hours[row["company_id"] or self.env.company.id]
            if begin == end:
                continue
            key = self._care_gate_tz(row) or tz
            if key not in clocks:
                local = pytz.utc.localize(at).astimezone(pytz.timezone(key))
                clocks[key] = local.hour + local.minute / 60
            if not begin <= clocks[key] < end:
                yield row["id"], "hours"

    @api.model
    def _care_gate_tz(self, row):
        """Return the customer's time zone: the own, else the only one of the country, else None."""
        if row["tz"] in pytz.all_timezones_set:
            return row["tz"]
        zones = pytz.country_timezones.get(row["country"] or "") or []
        # One clock rules all of China, whatever the list of zones says.
        return zones[0] if len(zones) == 1 or row["country"] == "CN" else None

    @api.model
    def _care_gate_quiet(self, rows, goal, channel, at):
        if not goal.quiet_days:
            return
        query = SQL(
            "SELECT DISTINCT commercial_partner_id FROM customer_care_event"
            " WHERE commercial_partner_id = ANY(%s) AND kind = ANY(%s) AND date > %s AND date <= %s",
            list({row["customer"] for row in rows.values() if row["customer"]}),
            self._care_get_contact_kinds(),
            at - timedelta(days=goal.quiet_days),
            at,
        )
        recent = {row[0] for row in self.env.execute_query(query)}
        for row in rows.values():
            if row["customer"] in recent:
                yield row["id"], "quiet"

    @api.model
    def _care_get_contact_kinds(self):
        """Return the kinds of the timeline that are contacts nobody asked for. Override to add some."""
        return ["callback_done", "callback_refused", "details_asked"]

    # What is planned and no longer allowed

    def _care_cancel_forbidden(self, with_due=False):
        """Cancel the coming callbacks to these customers, and to their contacts, that the gate forbids.

        The timeline says so with ``callback_blocked``. What is due today stays, with its warning: the
        specialist may be on the phone right now and has to enter how it ended. The customer's will binds every
        specialist, so it is done with all rights.

        :param with_due: those due today or before too
        :return: the cancelled ``customer.callback`` records, as superuser
        """
        own = Domain("partner_id", "in", self.ids) | Domain("commercial_partner_id", "in", self.ids)
        domain = own & Domain("state", "=", "planned")
        if not with_due:
            domain &= Domain("date_planned", ">", fields.Date.context_today(self))
        callbacks = self.env["customer.callback"].sudo().search(domain)
        reasons = callbacks.partner_id._care_gate_map("callback", "phone")
        forbidden = callbacks.filtered(lambda callback: reasons[callback.partner_id.id])
        for partner, group in forbidden.grouped("partner_id").items():
            group.write(
                {
                    **group._prepare_finish_vals(),
                    "state": "cancelled",
                    "cancel_reason": " ".join(reasons[partner.id]),
                }
            )
        forbidden._log("callback_blocked")
        return forbidden
