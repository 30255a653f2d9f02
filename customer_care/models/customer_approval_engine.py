import math
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Domain

from .customer_approval_mixin import APPROVAL_FIELDS


class CustomerApprovalMixin(models.AbstractModel):
    """How approvals work inside: locks, protected fields, amounts and rules, and lines.

    What documents declare, call and override is in ``customer_approval_mixin``.
    """

    _inherit = "customer.approval.mixin"

    # --- Rights and locking ---

    def _approval_get_guard_error(self):
        return AccessError(
            self.env._("The approval of a document cannot be written, only requested and given.")
        )

    def _approval_elevate(self):
        """Return the documents as superuser without anything from the client's context but the language."""
        lang = self.env.context.get("lang")
        return self.with_env(self.env(su=True, context={"lang": lang} if lang else {}))

    def _approval_lock(self):
        """Return the documents as superuser, locked against a decision at the same time.

        :raises UserError: when somebody else decides just now
        """
        documents = self._approval_elevate()
        documents = documents.browse(dict.fromkeys(documents.ids))
        try:
            documents.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is just working on this, or it was deleted: reload the page and try again."
                )
            ) from error
        documents.invalidate_recordset(["approval_state", "approval_requester_id"])
        return documents

    def _approval_check_seen(self):
        """Refuse an answer to another request than the one that its form showed, as the amount may be another.

        The form sends the round in the context; the check can only refuse more.

        :raises UserError: the request was taken back and made anew meanwhile
        """
        seen = self.env.context.get("approval_round")
        self.invalidate_recordset(["approval_can_approve", "approval_round"])
        if seen and any(document.approval_round not in (0, seen) for document in self):
            raise UserError(
                self.env._("The request was taken back and made anew: reload the page and look at it again.")
            )

    def _approval_invalidate(self):
        """Forget what was read as superuser, and what the current user may do now."""
        self.invalidate_recordset(["approval_line_ids", "approval_can_approve", "approval_round"])

    # --- Protected fields ---

    def _approval_get_protected(self):
        """Return the names of all protected fields, the amount included."""
        names = dict.fromkeys(self._approval_protected_fields)
        if self._approval_amount_field:
            names[self._approval_amount_field] = None
            field = self._fields[self._approval_amount_field]
            if field.type == "monetary":
                names[field.get_currency_field(self)] = None
        if "company_id" in self._fields:
            names["company_id"] = None
        return [name for name in names if name]

    def _approval_get_filter_fields(self):
        """Return the names of the fields that the filters of the rules look at: they decide who is asked."""
        names = self.env["customer.approval.rule"]._get_filter_fields(self._name)
        return [name for name in names if name in self._fields and name not in APPROVAL_FIELDS]

    def _approval_get_watched(self, vals):
        """Return the pending and approved documents to whose approval ``vals`` may matter."""
        names = {*self._approval_get_protected(), *self._approval_get_filter_fields()}
        if vals.keys() <= APPROVAL_FIELDS or not any(
            name in vals or self._fields[name].compute for name in names
        ):
            return self._approval_elevate().browse()
        return self._approval_elevate().filtered(
            lambda record: record.approval_state in ("pending", "approved")
        )

    def _approval_get_changed(self, vals):
        """Return the documents that get another protected value by ``vals``, as far as it shows before."""
        fields_written = [self._fields[name] for name in self._approval_get_protected() if name in vals]
        simple = [field for field in fields_written if field.type not in ("one2many", "many2many")]

        def is_changed(record, field):
            value = field.convert_to_record(field.convert_to_cache(vals[field.name], record), record)
            return value != record[field.name]

        return self.filtered(lambda record: any(is_changed(record, field) for field in simple))

    def _approval_get_snapshots(self, names=None):
        """Return ``{id: {field: value}}`` in values that JSON knows, of the protected fields by default."""
        names = self._approval_get_protected() if names is None else names
        return {record.id: {name: record._approval_get_json_value(name) for name in names} for record in self}

    def _approval_get_json_value(self, name):
        field = self._fields[name]
        value = self[name]
        if field.relational:
            return sorted(value.ids) if field.type != "many2one" else value.id
        if value is None or isinstance(value, bool | int | float):
            return value
        return str(value)

    def _approval_get_fixed_part(self, snapshot):
        """Return the part of a snapshot that an approval covers only when unchanged: all but the amount."""
        return {name: value for name, value in snapshot.items() if name != self._approval_amount_field}

    # --- Amounts and rules ---

    def _approval_check_rate(self, currency, company):
        """:raises UserError: when ``currency`` has no rate for today in ``company``"""
        key = ("customer_approval_rate", currency.id, company.root_id.id)
        if key in self.env.cr.cache:
            return
        domain = [
            ("currency_id", "=", currency.id),
            ("company_id", "in", (False, company.root_id.id)),
            ("name", "<=", fields.Date.today()),
        ]
        if not self.env["res.currency.rate"].sudo().search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "The currency %(currency)s has no rate for today: the amount cannot be judged.",
                    currency=currency.name,
                )
            )
        self.env.cr.cache[key] = True

    def _approval_get_amounts(self):
        """Return ``{id: amount in company currency}``.

        :raises UserError: for an amount that is no number
        """
        amounts = {}
        for document in self:
            amount = document.with_company(document._approval_get_company())._approval_get_amount()
            if not math.isfinite(amount):
                raise UserError(
                    self.env._("The amount of %(name)s is not a number.", name=document.display_name)
                )
            amounts[document.id] = amount
        return amounts

    def _approval_get_rules(self, amounts):
        """Return ``{id: rules that hold for the document}``; one search for each rule and company."""
        Rule = self.env["customer.approval.rule"]
        found = dict.fromkeys(self.ids, Rule)
        for company, documents in self.grouped(lambda document: document._approval_get_company()).items():
            # The client's language or companies must not decide what a filter matches.
            context = {
                "lang": company.partner_id.lang,
                "active_test": False,
                "allowed_company_ids": company.ids,
            }
            rules = Rule.search(
                Domain("model_id.model", "=", self._name) & Domain("company_id", "in", [False, company.id]),
                order="sequence, id",
            )
            for rule in rules:
                candidates = documents.filtered(
                    lambda document, rule=rule, currency=company.currency_id: rule._is_amount_covered(
                        amounts[document.id], currency
                    )
                )
                for document_id in rule._get_matching(candidates.with_env(self.env(context=context))):
                    found[document_id] |= rule
        return found

    def _approval_get_uncovered(self, lines):
        """Return the documents for which the rules ask now what none of ``lines`` covers.

        A line covers what its rule asks when the amount is not higher and the protected fields are the same.
        """
        amounts = self._approval_get_amounts()
        needed = self._approval_get_rules(amounts)
        snapshots = self._approval_get_snapshots()
        covered = defaultdict(set)
        for line in lines:
            document = self.browse(line.res_id)
            currency = document._approval_get_company().currency_id
            if (
                line.currency_id == currency
                and currency.compare_amounts(amounts[document.id], line.amount) <= 0
                and line.snapshot == document._approval_get_fixed_part(snapshots[document.id])
            ):
                covered[line.res_id].add(line.rule_id.id)
        return self.filtered(lambda record: not set(needed[record.id].ids) <= covered[record.id])

    # --- Lines ---

    def _approval_get_line_domain(self):
        return Domain("res_model", "=", self._name) & Domain("res_id", "in", self._origin.ids)

    def _approval_get_lines(self, domain):
        """Return the lines of the documents that match ``domain``, as superuser."""
        return self.env["customer.approval.line"].sudo().search(self._approval_get_line_domain() & domain)

    def _approval_prepare_lines(self):
        """Return the values of the lines that a request of the documents makes now."""
        amounts = self._approval_get_amounts()
        rules = self._approval_get_rules(amounts)
        snapshots = self._approval_get_snapshots()
        rounds = dict(
            self.env["customer.approval.line"]._read_group(
                self._approval_get_line_domain(), ["res_id"], ["round:max"]
            )
        )
        vals_list = []
        for document in self:
            first = min(rules[document.id].mapped("sequence"), default=0)
            for rule in rules[document.id]:
                vals_list.append(
                    {
                        **document._approval_prepare_line_vals(rule),
                        "round": rounds.get(document.id, 0) + 1,
                        "amount": amounts[document.id],
                        "snapshot": document._approval_get_fixed_part(snapshots[document.id]),
                        "state": "pending" if rule.sequence == first else "waiting",
                    }
                )
        return vals_list

    def _approval_prepare_line_vals(self, rule):
        """Return what the document (singleton) and the ``rule`` say; override to add a value."""
        self.ensure_one()
        company = self._approval_get_company()
        return {
            "name": rule.name,
            "rule_id": rule.id,
            "sequence": rule.sequence,
            "res_model": self._name,
            "res_id": self.id,
            "record_name": self.display_name,
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "requester_id": self.env.uid,
            **dict.fromkeys(("done_by_id", "done_for_id", "done_datetime", "comment"), False),
            "approver_ids": [fields.Command.set(self._approval_get_approvers(rule).ids)],
            "group_id": rule._get_sole_group().id,
        }

    def _approval_get_approvers(self, rule):
        """Return whom ``rule`` asks about the document (singleton): never the requester.

        :raises UserError: when nobody is left
        """
        company = self._approval_get_company()
        users = rule._get_document_approvers(self)
        users = users.filtered(lambda user: user != self.env.user and company in user.company_ids)
        if not users:
            raise UserError(
                self.env._(
                    "The approval rule %(rule)s names nobody who may approve %(name)s: "
                    "who requests never approves.",
                    rule=rule.name,
                    name=self.display_name,
                )
            )
        return users

    def _approval_answer(self, state, comment):
        """Write the current user's answer into all lines of the documents that wait for it.

        :raises AccessError: when a document does not wait for the user
        :raises UserError: when another approver answered first
        """
        Line = self.env["customer.approval.line"]
        user = self.env.user
        mine = self._approval_get_lines(Line._get_mine_domain())
        missing = set(self.ids) - set(mine.mapped("res_id"))
        if missing:
            self.browse(missing)._approval_raise_not_asked()
        vals = {
            "state": state,
            "done_by_id": user.id,
            "done_datetime": fields.Datetime.now(),
            "comment": str(comment).strip() if comment else False,
        }
        principals = self.env["customer.approval.deputy"]._get_principals(user)
        absent = mine.grouped(
            lambda line: (
                line.approver_ids.browse()
                if user in line._get_voters()
                else (line._get_voters() & principals)[:1]
            )
        )
        for principal, lines in absent.items():
            lines.write({**vals, "done_for_id": principal.id})

    def _approval_raise_not_asked(self):
        """Say why the current user cannot answer, without telling strangers anything about the documents."""
        users = self.env.user | self.env["customer.approval.deputy"]._get_principals(self.env.user)
        answered = self._approval_get_lines(
            Domain("state", "in", ("approved", "rejected"))
            & Domain("approver_ids", "in", users.ids)
            & Domain("requester_id", "!=", self.env.uid)
        )[:1]
        if answered:
            raise UserError(
                self.env._(
                    "%(user)s has answered already: %(name)s",
                    user=answered.done_by_id.name,
                    name=answered.record_name,
                )
            )
        raise AccessError(self.env._("You are not asked to approve this, or not any more."))

    def _approval_close(self, state, comment=None):
        """Set the final ``state`` of the documents (superuser), tell the chatter and call the hook."""
        if not self:
            return
        self.write({"approval_state": state})
        if state == "approved":
            self._approval_log(self.env._("Approved"))
            self._approval_on_approved()
        else:
            self._approval_log(self.env._("Rejected: %(reason)s", reason=comment))
            self._approval_on_rejected()
