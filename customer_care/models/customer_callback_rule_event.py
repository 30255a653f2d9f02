from odoo import api, fields, models
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation


class CustomerCallbackRule(models.Model):
    """Planning when something happens. Addons add triggers and call ``_plan``:

    >>> env["customer.callback.rule"]._plan("delivered", orders)

    How it works: the rules of the trigger are taken once; each pair of rule and document gives one key. Keys
    that exist are left out by one query; what is new is created in one batch. When another worker was faster
    with one of them, the unique index refuses the batch, which is divided until only that one is left out.
    """

    _inherit = "customer.callback.rule"

    @api.model
    def _plan(self, trigger, records, cause=""):
        """Plan one callback for each active rule of ``trigger`` and each record; a repeated call makes none.

        :param trigger: a value of the field ``trigger``
        :param records: of a model with ``customer.care.mixin``; those without customer are left out
        :param cause: tells apart several happenings on one document, e.g. ``"2"`` for the second closing
        :return: the new ``customer.callback`` records, as superuser
        """
        # sudo: whoever makes something happen may neither read the rules nor plan for others
        rules = self.sudo().search([("trigger", "=", trigger)])
        Callback = rules.env["customer.callback"]
        if not rules or not records:
            return Callback
        pairs = rules._get_pairs(records.sudo(), cause)
        known = set(Callback.search([("key", "in", list(pairs))]).mapped("key"))
        pairs = rules._drop_blocked({key: pair for key, pair in pairs.items() if key not in known})
        return rules._create_new(rules._prepare_callback_vals_list(pairs))

    def _get_pairs(self, records, cause):
        """Return ``{key: (rule, record)}`` of the rules that serve the record's company."""
        pairs = {}
        partners = self.env["res.partner"].union(*(record._care_get_partner() for record in records))
        matching = {rule: rule._filter_customers(partners) for rule in self}
        for record in records:
            partner = record._care_get_partner()
            if not partner:
                continue
            company = record._care_get_company() or self.env.company
            for rule in self:
                serves = rule.company_id in (company, self.env["res.company"])
                if serves and partner in matching[rule] and rule._is_for(record):
                    pairs[rule._get_key(record, cause)] = (rule, record)
        return pairs

    def _get_key(self, record, cause):
        self.ensure_one()
        return f"{self.id}:{record._name},{record.id}:{cause}"

    def _drop_blocked(self, pairs):
        """Leave out customers who must not be called, and say so once in the timeline."""
        if not pairs:
            return pairs
        partners = self.env["res.partner"].union(*(rec._care_get_partner() for _r, rec in pairs.values()))
        reasons = partners._care_gate_map("callback", "phone")
        blocked = {rec for _rule, rec in pairs.values() if reasons[rec._care_get_partner().id]}
        if not blocked:
            return pairs
        documents = next(iter(blocked)).union(*blocked)
        logged = self.env["customer.care.event"]._read_group(
            [
                ("res_model", "=", documents._name),
                ("res_id", "in", documents.ids),
                ("kind", "=", "callback_blocked"),
            ],
            ["res_id"],
        )
        documents.browse(set(documents.ids) - {res_id for (res_id,) in logged})._care_log("callback_blocked")
        return {key: (rule, rec) for key, (rule, rec) in pairs.items() if rec not in blocked}

    def _prepare_callback_vals_list(self, pairs):
        """Return the values of the callbacks, with date and user filled once for all."""
        dates, vals_list = {}, []
        division = self._get_division()
        for key, (rule, record) in sorted(pairs.items()):
            company = record._care_get_company() or self.env.company
            if (rule, company) not in dates:
                dates[rule, company] = rule._get_date_planned(company, rule.delay_days)
            user = rule._get_user(record, company, division, dates[rule, company])
            vals = rule._prepare_callback_vals(record, company, user, dates[rule, company])
            vals_list.append({**vals, "key": key})
        division.keep_turns()
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
            "date_deadline": self._get_date_deadline(date_planned),
            "priority": self.priority,
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
        Callback = self.env["customer.callback"]
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

    def _is_for(self, record):
        """Whether the rule wants this record. Override to filter, e.g. by severity."""
        self.ensure_one()
        return True
