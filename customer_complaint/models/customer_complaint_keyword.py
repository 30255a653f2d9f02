from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.keywords import Matcher
from .customer_complaint import SEVERITIES, URGENCIES

FLAGS = ("is_legal", "is_safety", "is_media")
PROPOSED = ("category_id", "severity", "urgency", "team_id")
WORDS_LENGTH = 60_000


class Proposal(NamedTuple):
    """What the words of a complaint propose: {field: value}, and for which fields each word stands."""

    vals: dict
    words: dict

    def get_words(self, names):
        """Return the words that stand for one of the fields."""
        return tuple(word for word, fields_of_word in self.words.items() if fields_of_word & set(names))


class CustomerComplaintKeyword(models.Model):
    """Words in a complaint that propose its category, severity, urgency and team, and raise its flags.

    All rules whose words are found count together; of two that propose the same field the first by sequence wins.
    """

    _name = "customer.complaint.keyword"
    _description = "Complaint Keyword Rule"
    _inherit = ["customer.complaint.rule.mixin", "customer.cached.mixin"]

    words = fields.Text(
        string="Words or Phrases",
        required=True,
        help="One on each line, in any language. Words with spaces between them are found whole and in any case, "
        "Chinese ones anywhere.",
    )
    category_id = fields.Many2one("customer.complaint.category", ondelete="cascade")
    severity = fields.Selection(SEVERITIES)
    urgency = fields.Selection(URGENCIES)
    team_id = fields.Many2one("customer.complaint.team", ondelete="cascade")
    is_legal = fields.Boolean(string="Legal")
    is_safety = fields.Boolean(string="Safety")
    is_media = fields.Boolean(string="Media")

    @api.constrains("words")
    def _check_words(self):
        for rule in self:
            if not Matcher(dict.fromkeys(rule._get_words())).has_words:
                raise ValidationError(self.env._("Name at least one word with a letter or digit."))
            if len(rule.words) > WORDS_LENGTH:
                raise ValidationError(
                    self.env._("The list of words is too long: divide it among several rules.")
                )

    @api.constrains("words", *PROPOSED, *FLAGS)
    def _check_effect(self):
        for rule in self:
            if not any(rule[name] for name in (*PROPOSED, *FLAGS)):
                raise ValidationError(
                    self.env._("Choose what the words of “%(name)s” propose.", name=rule.name)
                )

    def _get_words(self):
        """Return the words of the rule (singleton), one for each line that is not empty."""
        self.ensure_one()
        return [word for line in (self.words or "").splitlines() if (word := line.strip())]

    @api.model
    @tools.ormcache("company_id")
    def _get_rules(self, company_id):
        """Return (matcher of {word: positions of rules}, values of each rule) for a company.

        Kept in the registry's cache: each mail asks, administrators rarely change a word. What was archived since
        proposes nothing.
        """
        rules = self.sudo().search(Domain("company_id", "in", [company_id, False]))
        values, positions = [], {}
        for position, rule in enumerate(rules):
            for word in rule._get_words():
                positions.setdefault(word, []).append(position)
            values.append(rule._prepare_proposal_vals(company_id))
        return Matcher(positions), tuple(values)

    def _prepare_proposal_vals(self, company_id):
        """Return what the rule (singleton) proposes to complaints of a company."""
        self.ensure_one()
        vals = {name: True for name in FLAGS if self[name]}
        vals.update((name, self[name]) for name in ("severity", "urgency") if self[name])
        if self.category_id.active:
            vals["category_id"] = self.category_id.id
        if self.team_id.active and self.team_id.company_id.id == company_id:
            vals["team_id"] = self.team_id.id
        return vals

    @api.model
    def _propose(self, company_id, *texts):
        """Return the :class:`Proposal` for a complaint of these texts, or None."""
        matcher, rules = self._get_rules(company_id)
        if not rules:
            return None
        found = matcher.find("\n".join(filter(None, texts)))
        positions = sorted({position for places in found.values() for position in places})
        vals = {}
        for position in positions:
            vals = {**rules[position], **vals}
        words = {word: {name for place in places for name in rules[place]} for word, places in found.items()}
        return Proposal(vals, words) if vals else None
