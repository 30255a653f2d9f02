import uuid
from collections import defaultdict

import psycopg2
from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from .customer_complaint import CODE_ONLY_FIELDS
from .customer_complaint_first_deadline import FIRST_FIELDS


class CustomerComplaintRegistration(models.Model):
    """Fill in what a new complaint begins with, looking up once what a whole batch shares."""

    _inherit = "customer.complaint"

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
        for vals in filled:
            team = self.env["customer.complaint.team"].browse(vals.get("team_id"))
            vals["stage_id"] = vals.get("stage_id") or Stage._get_first(team).id
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
        for vals in missing:
            company = self.env["res.company"].browse(vals["company_id"])
            team = self.env["customer.complaint.category"].sudo().browse(vals.get("category_id")).team_id
            if team.company_id != company:
                team = defaults.get(company, team.browse())
            vals["team_id"] = team.id

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
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .search_fetch(
                [("code", "=", "customer.complaint"), ("company_id", "in", [company.id, False])],
                ["implementation", "use_date_range", "prefix", "suffix", "padding"],
                order="company_id",
                limit=1,
            )
        )
        if not sequence:
            raise ValidationError(self.env._("There is no sequence for complaint numbers."))
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _index in range(count)]
        try:
            rows = self.env.execute_query(
                tools.SQL(
                    "SELECT nextval(%s) FROM generate_series(1, %s)", f"ir_sequence_{sequence.id:03d}", count
                )
            )
        except psycopg2.errors.SequenceGeneratorLimitExceeded as error:
            raise UserError(
                self.env._(
                    "The sequence of complaint numbers has come to its end; an administrator renews it."
                )
            ) from error
        # The dates in prefix and suffix are the same for the whole range.
        prefix, suffix = sequence._get_prefix_suffix()
        return [f"{prefix}{number:0{sequence.padding}d}{suffix}" for (number,) in rows]
