import uuid
from collections import defaultdict

import psycopg2
from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from .customer_complaint import CODE_ONLY_FIELDS
from .customer_complaint_first_deadline import FIRST_FIELDS

# What only the program sets, mostly later, and is empty until then.
EMPTY_FIELDS = frozenset(
    {
        "acknowledged_datetime",
        "action_ids",
        "alarm_state",
        "answer_ids",
        "assign_rule_id",
        "clock_ids",
        "closed_datetime",
        "duplicate_of_id",
        "escalation_ids",
        "escalation_since",
        "escalation_state",
        "external_reference",
        "first_confirmation",
        "forwarded_by",
        "handler_reason",
        "handover_user_id",
        "informed_datetime",
        "investigated_by_id",
        "investigated_datetime",
        "major_datetime",
        "major_reason",
        "major_rule_id",
        "matched_words",
        "merged_into_id",
        "previous_id",
        "probable_partner_id",
        "released_by_id",
        "released_datetime",
        "repeat_of_id",
        "resolved_datetime",
        "responded_datetime",
        "satisfaction_datetime",
        "satisfaction_source",
        "signature",
        "signed_by",
        "signed_datetime",
        "signed_digest",
        "solution_answer",
        "stage_history_ids",
        "told_flags",
        "verdict_datetime",
        "verdict_informed_datetime",
        "verdict_user_id",
        "waiting_warned_datetime",
    }
)


class CustomerComplaintRegistration(models.Model):
    """Fill in what a new complaint begins with, looking up once what a whole batch shares."""

    _inherit = "customer.complaint"

    @api.model
    def default_get(self, fields):
        """Neither a client's context nor a user's default says what only the program sets.

        Each complaint of a batch asks for nearly all fields: those that can have no default are left out at once.
        """
        possible = {
            *self._get_default_names(),
            *self.env["ir.default"]._get_model_defaults(self._name),
            *(key.removeprefix("default_") for key in self.env.context if key.startswith("default_")),
        }
        possible -= self._get_empty_fields()
        return super().default_get([name for name in fields if name in possible and name not in FIRST_FIELDS])

    @api.model
    @tools.ormcache()
    def _get_default_names(self):
        """Return the names of the fields that say a default themselves."""
        return frozenset(name for name, field in self._fields.items() if field.default or field.inherited)

    @api.model
    def _get_empty_fields(self):
        """Return the names of fields that no default fills and that are empty until the program sets them.

        Override to add others.
        """
        return EMPTY_FIELDS

    def _drop_empty(self, vals_list):
        """Leave out of the statement what is empty and has no default: each column costs for each row."""
        empty = self._get_empty_fields()
        return [
            {name: value for name, value in vals.items() if value or name not in empty} for vals in vals_list
        ]

    def _fill_defaults(self, vals_list):
        """Return the values of new complaints with all that would be looked up for each, looked up once."""
        elsewhere = ("clock_ids", "stage_history_ids", *FIRST_FIELDS)
        guarded = {name: False for name in CODE_ONLY_FIELDS if name not in elsewhere}
        fresh = {**guarded, "clock_ids": [], "stage_history_ids": [], "rating_last_value": 0.0}
        filled = [{**fresh, **vals} for vals in vals_list]
        self._fill_context_defaults(filled)
        self._fill_teams(filled)
        self._fill_protection(filled)
        now = fields.Datetime.now()
        Stage = self.env["customer.complaint.stage"]
        Team = self.env["customer.complaint.team"]
        teams = {vals.get("team_id") for vals in filled if not vals.get("stage_id")}
        firsts = {team_id: Stage._get_first(Team.browse(team_id)).id for team_id in teams}
        for vals in filled:
            vals["stage_id"] = vals.get("stage_id") or firsts[vals.get("team_id")]
            vals["received_datetime"] = vals.get("received_datetime") or now
            vals["stage_datetime"] = vals["stage_datetime"] or now
            # Each is acknowledged with a link to it: a token made later would be a second write.
            vals["access_token"] = vals.get("access_token") or str(uuid.uuid4())
        return filled

    def _fill_context_defaults(self, vals_list):
        """Take over the context's defaults for the fields filled here, so that they are not overruled."""
        for name in ("company_id", "team_id", "category_id", "stage_id", "received_datetime"):
            default = self.env.context.get(f"default_{name}")
            if default:
                for vals in vals_list:
                    vals.setdefault(name, default)
        for vals in vals_list:
            vals["company_id"] = vals.get("company_id") or self.env.company.id

    def _fill_teams(self, vals_list):
        """Give each complaint without a team that of its category, else the first of its company."""
        missing = [vals for vals in vals_list if "team_id" not in vals]
        if not missing:
            return
        companies = self.env["res.company"].browse({vals["company_id"] for vals in missing})
        defaults = self.env["customer.complaint.team"]._get_default_teams(companies)
        Category = self.env["customer.complaint.category"].sudo()
        for vals in missing:
            company = self.env["res.company"].browse(vals["company_id"])
            team = vals.get("category_id") and Category.browse(vals["category_id"]).team_id
            if not team or team.company_id != company:
                team = defaults.get(company)
            vals["team_id"] = team.id if team else False

    def _fill_numbers(self, vals_list):
        """Give each complaint its number, drawing one range for each company."""
        by_company = defaultdict(list)
        for vals in vals_list:
            if not vals["number"]:
                by_company[vals["company_id"]].append(vals)
        for company_id, group in by_company.items():
            numbers = self._next_numbers(self.env["res.company"].browse(company_id), len(group))
            for vals, number in zip(group, numbers, strict=True):
                vals["number"] = number
        return vals_list

    @api.model
    def _next_numbers(self, company, count):
        """Return ``count`` numbers of the company's sequence, never the same twice; gaps may arise."""
        facts = self._get_sequence_facts(company.id)
        if not facts:
            raise ValidationError(self.env._("There is no sequence for complaint numbers."))
        sequence_id, is_simple, prefix, suffix, padding = facts
        # The year in a number is that of the company, also when a mail or the portal brings the complaint.
        Sequence = self.env["ir.sequence"].sudo().with_context(tz=company.sudo()._care_get_tz())
        if not is_simple:
            day = company.sudo()._care_get_day()
            return [Sequence.browse(sequence_id).next_by_id(day) for _index in range(count)]
        try:
            rows = self.env.execute_query(
                tools.SQL(
                    "SELECT nextval(%s) FROM generate_series(1, %s)", f"ir_sequence_{sequence_id:03d}", count
                )
            )
        except psycopg2.errors.SequenceGeneratorLimitExceeded as error:
            raise UserError(
                self.env._(
                    "The sequence of complaint numbers has come to its end; an administrator renews it."
                )
            ) from error
        # The dates in prefix and suffix are the same for the whole range; a record in memory is not read.
        prefix, suffix = Sequence.new({"prefix": prefix, "suffix": suffix})._get_prefix_suffix()
        return [f"{prefix}{number:0{padding}d}{suffix}" for (number,) in rows]

    @api.model
    @tools.ormcache("company_id")
    def _get_sequence_facts(self, company_id):
        """Return id, whether numbers are drawn plainly, prefix, suffix and padding; none without a sequence."""
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .search(
                [("code", "=", "customer.complaint"), ("company_id", "in", [company_id, False])],
                order="company_id",
                limit=1,
            )
        )
        if not sequence:
            return None
        is_simple = sequence.implementation == "standard" and not sequence.use_date_range
        return sequence.id, is_simple, sequence.prefix, sequence.suffix, sequence.padding
