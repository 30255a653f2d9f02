from collections import Counter
from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from ..tools.worktime import WorkTime


class CustomerCallbackRule(models.Model):
    """When to ring whom.

    Addons add triggers and call ``_plan`` when they happen:

    >>> env["customer.callback.rule"]._plan("delivered", orders)

    How it works: the rules of the trigger are taken once; each pair of rule and document gives one key. Keys
    that exist are left out by one query; what is new is created in one batch. When another worker was faster
    with one of them, the unique index refuses the batch, which is divided until only that one is left out.
    """

    _name = "customer.callback.rule"
    _description = "Callback Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, help="Becomes the subject of the callbacks.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._default_company_id(),
        index=True,
        help="Leave empty to use the rule in all companies.",
    )
    trigger = fields.Selection(
        selection=[
            ("manual", "By hand"),
            ("delivered", "A delivery was made"),
            ("plan_closed", "A care plan was closed"),
        ],
        required=True,
        default="manual",
        index=True,
        help="What makes the callback. By hand: the rule is chosen when somebody plans a callback.",
    )

    delay_days = fields.Integer(string="Days until the Call", default=1)
    is_working_days = fields.Boolean(
        string="Working Days",
        default=True,
        help="Count working days of the team, or of the company's customer care, rather than calendar days.",
    )
    max_attempts = fields.Integer(default=3, help="After so many unanswered calls the callback is given up.")
    retry_days = fields.Integer(string="Days until the next Attempt", default=1)

    team_id = fields.Many2one("customer.care.team", check_company=True, ondelete="restrict")
    assign_to = fields.Selection(
        selection=[
            ("customer", "Responsible of the customer"),
            ("document", "Responsible of the document"),
            ("leader", "Team leader"),
            ("turn", "Team members in turn"),
        ],
        required=True,
        default="customer",
        help="Where nobody is responsible for the customer, the one of the document is taken, and the "
        "other way round; else the team in turn: the member with the fewest open callbacks comes first.",
    )
    script = fields.Html(translate=True, help="What to ask and to say; shown on the callback.")

    callback_count = fields.Integer(compute="_compute_callback_count")

    _check_delay_days = models.Constraint(
        "CHECK(delay_days BETWEEN 0 AND 3650)", "The days until the call go from 0 to 3650."
    )
    _check_retry_days = models.Constraint(
        "CHECK(retry_days BETWEEN 0 AND 3650)", "The days until the next attempt go from 0 to 3650."
    )
    _check_max_attempts = models.Constraint("CHECK(max_attempts > 0)", "There must be at least one attempt.")

    def _default_company_id(self):
        return self.env.company

    def _compute_callback_count(self):
        groups = self.env["customer.callback"]._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.callback_count = counts.get(rule.id, 0)

    def action_open_callbacks(self):
        """Open the callbacks that the rule has planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_action_all")
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {}}

    # Planning

    @api.model
    def _plan(self, trigger, records, cause=""):
        """Plan one callback for each active rule of ``trigger`` and each record; a repeated call makes none.

        :param trigger: a value of the field ``trigger``
        :param records: of a model with ``customer.care.mixin``; those without customer are left out
        :param cause: tells apart several happenings on one document, e.g. ``"2"`` for the second closing
        :return: the new ``customer.callback`` records, as superuser
        """
        Callback = self.env["customer.callback"].sudo()
        rules = self.sudo().search([("trigger", "=", trigger)])
        if not rules or not records:
            return Callback
        pairs = rules._get_pairs(records.sudo(), cause)
        known = set(Callback.search([("key", "in", list(pairs))]).mapped("key"))
        pairs = rules._drop_blocked({key: pair for key, pair in pairs.items() if key not in known})
        return self._create_new(rules._prepare_callback_vals_list(pairs))

    def _get_pairs(self, records, cause):
        """Return ``{key: (rule, record)}`` of the rules that serve the record's company."""
        pairs = {}
        for record in records:
            if not record._care_get_partner():
                continue
            company = record._care_get_company() or self.env.company
            for rule in self:
                if rule.company_id in (company, self.env["res.company"]) and rule._is_for(record):
                    pairs[rule._get_key(record, cause)] = (rule, record)
        return pairs

    def _get_key(self, record, cause):
        self.ensure_one()
        return f"{self.id}:{record._name},{record.id}:{cause}"

    def _drop_blocked(self, pairs):
        """Leave out customers who must not be called, and say so once in the timeline."""
        if not pairs:
            return pairs
        partners = (
            self.env["res.partner"].sudo().union(*(rec._care_get_partner() for _r, rec in pairs.values()))
        )
        reasons = partners._care_gate_map("callback", "phone")
        blocked = {rec for _rule, rec in pairs.values() if reasons[rec._care_get_partner().id]}
        if not blocked:
            return pairs
        documents = next(iter(blocked)).union(*blocked)
        logged = (
            self.env["customer.care.event"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", documents._name),
                    ("res_id", "in", documents.ids),
                    ("kind", "=", "callback_blocked"),
                ],
                ["res_id"],
            )
        )
        documents.browse(set(documents.ids) - {res_id for (res_id,) in logged})._care_log("callback_blocked")
        return {key: (rule, rec) for key, (rule, rec) in pairs.items() if rec not in blocked}

    def _prepare_callback_vals_list(self, pairs):
        """Return the values of the callbacks, with date and user filled once for all."""
        dates, vals_list = {}, []
        load = self._get_load()
        for key, (rule, record) in sorted(pairs.items()):
            company = record._care_get_company() or self.env.company
            if (rule, company) not in dates:
                dates[rule, company] = rule._get_date_planned(company, rule.delay_days)
            user = rule._get_user(record, company, load)
            load[user.id] += 1
            vals = rule._prepare_callback_vals(record, company, user, dates[rule, company])
            vals_list.append({**vals, "key": key})
        return vals_list

    def _prepare_callback_vals(self, record, company, user, date_planned):
        """Return the values of one callback. Override to add a key."""
        self.ensure_one()
        partner = record._care_get_partner()
        is_partner = record._name == "res.partner"
        team = self._get_team(partner, company)
        return {
            **({"team_id": team.id} if team else {}),
            "subject": self.name if is_partner else f"{self.name}: {record._care_get_summary()}",
            "partner_id": partner.id,
            "company_id": company.id,
            "user_id": user.id,
            "rule_id": self.id,
            "res_model": record._name,
            "res_id": record.id,
            "date_planned": date_planned,
            "reason": self._prepare_event_reason(record),
        }

    def _prepare_event_reason(self, record):
        """Return why a callback for ``record`` is planned: a dict for ``reason``, or False when it says nothing."""
        if self.trigger == "manual":
            return False
        return {
            "kind": "event",
            "trigger": self.trigger,
            "date": fields.Date.to_string(fields.Date.context_today(self)),
            "document": record._care_get_summary(),
        }

    def _create_new(self, vals_list):
        """Create the callbacks, leaving out those that another worker made in the meantime."""
        Callback = self.env["customer.callback"].sudo()
        if not vals_list:
            return Callback
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return Callback.create(vals_list)
        except UniqueViolation:
            if len(vals_list) == 1:
                return Callback
        middle = len(vals_list) // 2
        return self._create_new(vals_list[:middle]) + self._create_new(vals_list[middle:])

    # Who

    def _get_team(self, partner, company):
        """Return the rule's team, else the customer's, if it serves the company."""
        team = self.team_id or partner.care_team_id or partner.commercial_partner_id.care_team_id
        return team if team.company_id in (company, self.env["res.company"]) else team.browse()

    def _get_user(self, record, company, load):
        """Return who shall call, empty when nobody can.

        :param load: ``Counter`` of open callbacks by user id
        """
        partner = record._care_get_partner()
        team = self._get_team(partner, company)
        responsible = [partner._care_get_responsible(), record._care_get_responsible()]
        if self.assign_to == "document":
            responsible.reverse()
        if self.assign_to in ("customer", "document"):
            for user in responsible:
                if self._is_assignable(user, company):
                    return user
        if self.assign_to == "leader" and self._is_assignable(team.user_id, company):
            return team.user_id
        members = team.member_ids.filtered(lambda user: self._is_assignable(user, company))
        return min(members, key=lambda user: (load[user.id], user.id), default=team.user_id)

    def _is_assignable(self, user, company):
        """Whether ``user`` works in the company's customer care and can open the callback."""
        return (
            len(user) == 1
            and user.active
            and company in user.company_ids
            and user.has_group("customer_care.group_care_user")
        )

    def _get_load(self):
        groups = (
            self.env["customer.callback"]
            .sudo()
            ._read_group([("state", "=", "planned"), ("user_id", "!=", False)], ["user_id"], ["__count"])
        )
        return Counter({user.id: count for user, count in groups})

    # When

    def _get_date_planned(self, company, days):
        """Return the local date ``days`` after today, in working days if the rule says so.

        An empty rule counts working days of the company's customer care.
        """
        calendar = self.team_id._care_calendar(company)
        zone = pytz.timezone(calendar.tz or company.partner_id.tz or self.env.user.tz or "UTC")
        now = fields.Datetime.now()
        worktime = WorkTime.ALWAYS
        if self.is_working_days or not self:
            worktime = calendar.with_company(company)._care_worktime(
                now - timedelta(days=1), now + timedelta(days=60 + 3 * days)
            )
        end = worktime.day_after(now, days, zone) or WorkTime.ALWAYS.day_after(now, days, zone)
        # The end of a day without end of work is the next midnight.
        return pytz.utc.localize(end - timedelta(microseconds=1)).astimezone(zone).date()

    # Hooks

    def _is_for(self, record):
        """Whether the rule wants this record. Override to filter, e.g. by severity."""
        self.ensure_one()
        return True
