from odoo import api, models
from odoo.tools.misc import formatLang

from ..tools.statistics import LEAST_ANSWERS

# Tiles in their order; whether more is better (None: neither).
TILES = {
    "answers": None,
    "response": True,
    "completion": True,
    "time": False,
    "csat": True,
    "csat_mean": True,
    "nps": True,
    "ces": True,
    "low": False,
    "loop": True,
}


class CustomerSurveyFigures(models.AbstractModel):
    """What the figures are called, and how each is computed, in the reader's language."""

    _inherit = "customer.survey.figures"

    @api.model
    def _get_filter_names(self):
        """Return {field of ``_get_filter_models``: (name, what stands for all)}."""
        return {
            "survey_id": (self.env._("Survey"), self.env._("All surveys")),
            "team_id": (self.env._("Team"), self.env._("All teams")),
            "grade_id": (self.env._("Grade"), self.env._("All grades")),
            "company_id": (self.env._("Company"), self.env._("All companies")),
        }

    @api.model
    def _get_dimension_names(self):
        """Return {field of ``_get_dimensions``: (name, what stands for none)}."""
        return {
            "team_id": (self.env._("Team"), self.env._("Without Team")),
            "grade_id": (self.env._("Grade"), self.env._("Without Grade")),
            "user_id": (self.env._("Specialist"), self.env._("Without Specialist")),
            "survey_id": (self.env._("Survey"), self.env._("Deleted Surveys")),
        }

    @api.model
    def _get_tile_names(self):
        return {
            "answers": self.env._("Answers"),
            "response": self.env._("Response Rate"),
            "completion": self.env._("Completion Rate"),
            "time": self.env._("Time to Answer, Median"),
            "csat": self.env._("Satisfied (CSAT)"),
            "csat_mean": self.env._("Average CSAT"),
            "nps": self.env._("Net Promoter Score"),
            "ces": self.env._("Average Ease (CES)"),
            "low": self.env._("Low Answers"),
            "loop": self.env._("Closed-Loop Rate"),
        }

    @api.model
    def _get_class_names(self):
        return dict(self.env["customer.survey.report"]._fields["nps_class"]._description_selection(self.env))

    @api.model
    def _get_definitions(self):
        """Return {code: how the figure is computed}; ``scope`` holds for all."""
        limits = {company.care_satisfied_from for company in self.env.companies.sudo()}
        return {
            "scope": self.env._(
                "Scores are those of the answers that came in the period. Rates and times are those of the invitations "
                "sent in the period, by the days of the reader's time zone. Test answers and corrected scores are left "
                "out. Answers to surveys that were deleted and of customers whose data was erased go on counting. "
                "Where fewer than %(least)s answers to anonymous surveys would be counted, these are left out, and "
                "with them those of the next smallest group, so that nobody computes the few from the total. Figures "
                "of fewer than %(few)s answers are marked with *: they say little.",
                least=self.env["customer.survey.report"]._get_min_answers(),
                few=LEAST_ANSWERS,
            ),
            "answers": self.env._("Finished answers with at least one score."),
            "response": self.env._(
                "Answered / all invitations sent in the period, less those that could not be delivered. The range "
                "holds the true rate with 95 % probability (Wilson's interval)."
            ),
            "completion": self.env._("Answered / all invitations sent in the period whose survey was begun."),
            "time": self.env._("From sending to the end of the answer: half of the customers took less."),
            "csat": self.env._(
                "Satisfied / all who answered a question about satisfaction. Satisfied are answers of %(least)s or "
                "better, of 10; on shorter scales the same share: 4 and 5 of 5, 6 and 7 of 7 for 8 of 10. The range "
                "holds the true share with 95 %% probability (Wilson's interval).",
                least="/".join(str(limit) for limit in sorted(limits)),
            ),
            "csat_mean": self.env._("Average of the satisfaction, 0 (worst) to 100 (best of its scale)."),
            "nps": self.env._(
                "Share of promoters (9-10) less share of detractors (0-6), -100 to 100. The range holds the true score "
                "with 95 % probability: p - d ± 1.96 √((p + d - (p - d)²) / n) after adding three answers, ¾ "
                "promoters, 1½ passives and ¾ detractors (adjusted Wald interval, Rocks 2016)."
            ),
            "ces": self.env._("Average of how easy it was, 0 (worst) to 100 (best of its scale)."),
            "low": self.env._(
                "Answers with a score at or under the limit of the rule that asked / all answers."
            ),
            "loop": self.env._("Follow-ups closed in time / all of the period that are closed or late."),
            "compared": self.env._(
                "Two periods are compared by a z-test of two proportions, for the Net Promoter Score with the variance "
                "above, for averages by Welch's test. A difference that chance makes in less than 5 of 100 cases "
                "counts as real. With fewer than %(few)s answers in a period nothing can be said.",
                few=LEAST_ANSWERS,
            ),
            "trend_nps": self.env._(
                "The Net Promoter Score of each day or month; the band is the range that holds it with 95 % "
                "probability."
            ),
            "trend_csat": self.env._(
                "The share of satisfied customers of each day or month; the band is the range that holds it with 95 % "
                "probability."
            ),
            "marks": self.env._("How often each recommendation from 0 to 10 was given."),
            "classes": self.env._("Promoters gave 9 or 10, passives 7 or 8, detractors 0 to 6."),
            "reasons": self.env._(
                "Choices of the questions that ask for reasons, in falling order; the line adds up their shares. An "
                "answer may name several."
            ),
            "groups": self.env._(
                "Scores by what the customer belonged to when the answer came. * marks fewer than %(few)s answers.",
                few=LEAST_ANSWERS,
            ),
        }

    # Numbers in the reader's language

    @api.model
    def _say_points(self, number):
        return "–" if number is None else formatLang(self.env, number, digits=1)

    @api.model
    def _say_range(self, limits):
        """Return "29.3 to 58.0" of an interval, an empty text of none."""
        if not limits:
            return ""
        low, high = (self._say_points(limit) for limit in limits)
        return self.env._("95 %%: %(low)s to %(high)s", low=low, high=high)

    @api.model
    def _say_difference(self, difference):
        """Return in words whether two periods differ by more than chance."""
        if difference is None or difference.change is None:
            return ""
        if difference.verdict == "few":
            return self.env._("Too few answers, or too much alike, to tell whether this is chance.")
        p = formatLang(self.env, difference.p, digits=3)
        if difference.verdict == "chance":
            return self.env._("The difference may be chance (p = %(p)s).", p=p)
        return self.env._("The difference is more than chance (p = %(p)s).", p=p)
