from ast import literal_eval

import psycopg2
from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger


class CustomerApprovalRule(models.Model):
    """Say which documents need whose approval, and in which order.

    Rules are read when an approval is requested; what they say then is frozen in ``customer.approval.line``.
    """

    _name = "customer.approval.rule"
    _description = "Approval Rule"
    _inherit = "customer.cached.mixin"
    _order = "model_id, sequence, id"

    name = fields.Char(
        required=True, translate=True, help="What the approvers read, e.g. Compensation over 1,000."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        string="Step",
        default=10,
        help="Lower steps are approved first. Rules of the same step are asked at the same time.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: the rule holds for the documents of all companies."
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Document",
        required=True,
        index=True,
        ondelete="cascade",
        domain=lambda self: [("model", "in", self._get_approval_models())],
    )
    model_name = fields.Char(related="model_id.model", string="Document Model", related_sudo=True)
    domain = fields.Char(
        string="Filter", help="The rule holds only for the documents that match. Empty: for all documents."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount_from = fields.Monetary(
        string="Over",
        help="The rule holds for amounts above this one, in the currency of the document's company. "
        "0: no lower limit.",
    )
    amount_to = fields.Monetary(
        string="Up To", help="The rule holds for amounts up to and including this one. 0: no upper limit."
    )

    group_id = fields.Many2one(
        "res.groups",
        string="Approving Group",
        help="Anyone of this group may approve, also through a group that implies it.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "customer_approval_rule_user_rel",
        "rule_id",
        "user_id",
        string="Approving Users",
        domain="[('share', '=', False)]",
    )
    approver_field = fields.Char(
        string="Approver's Field",
        help="A field of the document, or a path of fields, that holds the user, e.g. team_id.user_id.",
    )
    is_responsible_asked = fields.Boolean(
        string="Responsible Person", help="The person responsible for the document may approve."
    )
    summary = fields.Text(string="Who Is Asked", compute="_compute_summary")

    _check_amount_from = models.Constraint(
        "CHECK(amount_from >= 0 AND amount_from <> 'NaN')", "An approval limit cannot be negative."
    )
    _check_amount_to = models.Constraint(
        "CHECK(amount_to >= 0 AND amount_to <> 'NaN')", "An approval limit cannot be negative."
    )
    _check_amounts = models.Constraint(
        "CHECK(amount_to = 0 OR amount_from < amount_to)",
        "The upper limit must lie above the lower limit.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for rule in self:
            rule.currency_id = (rule.company_id or self.env.company).currency_id

    @api.depends(
        "model_id", "domain", "amount_from", "amount_to", "group_id", "user_ids", "approver_field",
        "is_responsible_asked", "company_id",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            sources = rule._get_approver_words()
            if not rule.model_id:
                rule.summary = False
            elif not sources:
                rule.summary = self.env._("Nobody would be asked: choose who approves.")
            else:
                rule.summary = self.env._(
                    "%(document)s, %(amount)s: one of %(approvers)s must approve. "
                    "Who requests never approves.",
                    document=rule.model_id.sudo().name,
                    amount=rule._get_amount_words(),
                    approvers="; ".join(sources),
                )

    @api.constrains("model_id")
    def _check_model_id(self):
        allowed = self._get_approval_models()
        for rule in self:
            if rule.model_id.sudo().model not in allowed:
                raise ValidationError(
                    self.env._(
                        "Documents of the kind %(model)s cannot be approved.", model=rule.model_id.sudo().name
                    )
                )

    @api.constrains("domain", "model_id")
    def _check_domain(self):
        self._check_model_id()
        for rule in self:
            try:
                with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                    model = self.env[rule.model_id.sudo().model].sudo()
                    model.search(rule._get_domain(), limit=1)
            except (ValueError, TypeError, KeyError, AttributeError, psycopg2.Error) as error:
                raise ValidationError(
                    self.env._(
                        "The filter of the approval rule %(rule)s cannot be used: %(error)s",
                        rule=rule.name,
                        error=str(error),
                    )
                ) from error

    @api.constrains("approver_field", "model_id")
    def _check_approver_field(self):
        self._check_model_id()
        for rule in self.filtered("approver_field"):
            if not rule._is_approver_field_valid():
                raise ValidationError(
                    self.env._(
                        "%(field)s is not a field of %(document)s that holds a user.",
                        field=rule.approver_field,
                        document=rule.model_id.sudo().name,
                    )
                )

    @api.constrains("active", "group_id", "user_ids", "approver_field", "is_responsible_asked")
    def _check_has_approver(self):
        for rule in self.filtered("active"):
            if not (rule.approver_field or rule.is_responsible_asked or rule._get_fixed_approvers()):
                raise ValidationError(
                    self.env._(
                        "Nobody could approve by the rule %(rule)s: choose who approves.", rule=rule.name
                    )
                )

    @api.model
    @tools.ormcache("model_name")
    def _get_filter_fields(self, model_name):
        """Return the names of the fields of a model that the filters of its active rules look at."""
        names = set()
        for rule in self.with_env(self.env(su=True, context={})).search(
            [("model_id.model", "=", model_name)]
        ):
            try:
                conditions = rule._get_domain().iter_conditions()
                names |= {condition.field_expr.split(".")[0] for condition in conditions}
            except (ValueError, TypeError):
                continue  # a request refuses the broken filter and says so
        return tuple(sorted(names))

    @api.model
    def _get_approval_models(self):
        """Return the names of the models that can be approved."""
        names = self.pool.descendants(["customer.approval.mixin"], "_inherit")
        return [name for name in names if not self.env[name]._abstract]

    def _get_domain(self):
        """Return the filter of the rule (singleton) as a :class:`Domain`.

        :raises ValueError: when it is no list of fixed conditions
        """
        self.ensure_one()
        try:
            conditions = literal_eval((self.domain or "").strip() or "[]")
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise ValueError(self.env._("it is not a list of conditions with fixed values")) from error
        if not isinstance(conditions, list):
            raise ValueError(self.env._("it is not a list of conditions with fixed values"))
        return Domain(conditions)

    def _is_approver_field_valid(self):
        self.ensure_one()
        model = self.env[self.model_id.sudo().model]
        for name in self.approver_field.split("."):
            field = model._fields.get(name) if model is not None else None
            if not field or not field.relational:
                return False
            model = self.env[field.comodel_name]
        return model._name == "res.users"

    def _is_amount_covered(self, amount, currency):
        """Return whether the rule (singleton) holds for ``amount`` in the company's ``currency``."""
        self.ensure_one()
        if self.amount_from and currency.compare_amounts(amount, self.amount_from) <= 0:
            return False
        return not (self.amount_to and currency.compare_amounts(amount, self.amount_to) > 0)

    def _get_matching(self, documents):
        """Return the ids of those ``documents`` (superuser, any amount) that match the filter of the rule.

        :raises UserError: when the filter is not valid any more
        """
        self.ensure_one()
        try:
            domain = self._get_domain()
            if domain.is_true():
                return set(documents.ids)
            with self.env.cr.savepoint(flush=False):
                return set(documents.search(domain & Domain("id", "in", documents.ids), order="id").ids)
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            psycopg2.DataError,
            psycopg2.ProgrammingError,
        ) as error:
            raise UserError(
                self.env._(
                    "The filter of the approval rule %(rule)s cannot be used: %(error)s",
                    rule=self.name,
                    error=str(error),
                )
            ) from error

    def _get_fixed_approvers(self):
        """Return the approvers named by the rules themselves: active internal users."""
        rules = self.sudo().with_context(active_test=False)
        return (rules.group_id.all_user_ids | rules.user_ids).filtered(
            lambda user: user.active and not user.share
        )

    def _get_sole_group(self):
        """Return the group when the rule (singleton) asks its members and nobody else, else none."""
        rule = self.sudo().with_context(active_test=False)
        is_sole = not (rule.user_ids or rule.approver_field or rule.is_responsible_asked)
        return rule.group_id if is_sole else rule.group_id.browse()

    def _get_document_approvers(self, document):
        """Return the users whom the rule (singleton) names for ``document`` (singleton, superuser)."""
        self.ensure_one()
        users = self._get_fixed_approvers()
        if self.approver_field:
            if not self._is_approver_field_valid():
                raise UserError(
                    self.env._(
                        "The approval rule %(rule)s asks the user in the field %(field)s, "
                        "which does not exist any more.",
                        rule=self.name,
                        field=self.approver_field,
                    )
                )
            users |= document.mapped(self.approver_field)
        if self.is_responsible_asked:
            users |= document._approval_get_responsible()
        return users.filtered(lambda user: user.active and not user.share)

    def _get_amount_words(self):
        self.ensure_one()
        values = {
            "low": self.currency_id.format(self.amount_from) if self.currency_id else self.amount_from,
            "high": self.currency_id.format(self.amount_to) if self.currency_id else self.amount_to,
        }
        if self.amount_from and self.amount_to:
            return self.env._("over %(low)s up to %(high)s", **values)
        if self.amount_from:
            return self.env._("over %(low)s", **values)
        if self.amount_to:
            return self.env._("up to %(high)s", **values)
        return self.env._("any amount")

    def _get_approver_words(self):
        """Return one text for each source of approvers of the rule (singleton)."""
        self.ensure_one()
        rule = self.sudo()
        words = []
        if rule.group_id:
            users = rule.group_id.all_user_ids.filtered(lambda user: user.active and not user.share)
            names = ", ".join(users[:5].mapped("name")) + ("…" if len(users) > 5 else "")
            words.append(
                self.env._(
                    "group %(group)s (%(count)s: %(names)s)",
                    group=rule.group_id.name,
                    count=len(users),
                    names=names or "-",
                )
            )
        users = rule.with_context(active_test=False).user_ids
        words += [
            user.name if user.active else self.env._("%(user)s (archived, not asked)", user=user.name)
            for user in users
        ]
        if rule.approver_field:
            words.append(self.env._("the user in the field %(field)s", field=rule.approver_field))
        if rule.is_responsible_asked:
            words.append(self.env._("the person responsible for the document"))
        return words
