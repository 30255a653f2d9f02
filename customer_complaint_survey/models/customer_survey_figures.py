from odoo import api, models
from odoo.fields import Domain

# Field of the survey reports: its field of the complaint.
FIELDS = {"complaint_category_id": "category_id", "complaint_team_id": "team_id"}


class CustomerSurveyFigures(models.AbstractModel):
    """The survey dashboard by category and team of the complaints that were asked about."""

    _inherit = "customer.survey.figures"

    @api.model
    def _get_filter_models(self):
        return {
            **super()._get_filter_models(),
            "complaint_category_id": "customer.complaint.category",
            "complaint_team_id": "customer.complaint.team",
        }

    @api.model
    def _get_filter_names(self):
        return {
            **super()._get_filter_names(),
            "complaint_category_id": (self.env._("Complaint Category"), self.env._("All categories")),
            "complaint_team_id": (self.env._("Complaint Team"), self.env._("All complaint teams")),
        }

    @api.model
    def _get_dimensions(self):
        return (*super()._get_dimensions(), *FIELDS)

    @api.model
    def _get_dimension_names(self):
        return {
            **super()._get_dimension_names(),
            "complaint_category_id": (
                self.env._("Complaint Category"),
                self.env._("No Complaint, or no Category"),
            ),
            "complaint_team_id": (self.env._("Complaint Team"), self.env._("No Complaint, or no Team")),
        }

    @api.model
    def _get_filter_domain(self, question):
        """A category means what is below it too."""
        filters = dict(question.filters)
        domain = super()._get_filter_domain(
            question.with_filters(*(item for item in question.filters if item[0] != "complaint_category_id"))
        )
        category = filters.get("complaint_category_id")
        return domain & Domain("complaint_category_id", "child_of", category) if category else domain

    @api.model
    def _get_loop_domain(self, question):
        complaints = Domain.AND(
            [
                Domain(FIELDS[name], "child_of" if name == "complaint_category_id" else "=", value)
                for name, value in question.filters
                if name in FIELDS
            ]
        )
        domain = super()._get_loop_domain(question)
        if complaints.is_true():
            return domain
        # ids, as the domain also goes to the browser
        ids = self.env["customer.complaint"].search(complaints).ids
        return domain & Domain("res_model", "=", "customer.complaint") & Domain("res_id", "in", ids)

    @api.model
    def _get_filter_choices(self, key):
        if not self.env[self._get_filter_models()[key]].has_access("read"):
            return []
        return super()._get_filter_choices(key)
