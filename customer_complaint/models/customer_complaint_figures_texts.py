from odoo import api, models

from .customer_complaint import KINDS, PROBLEM_KINDS

# Tiles in their order; whether more is better (None: neither).
TILES = {
    "received": False,
    "open": None,
    "resolved": None,
    "major": False,
    "response_within": True,
    "resolution_within": True,
    "response_hours": False,
    "resolution_hours": False,
    "repeats": False,
    "reopened": False,
    "confirmed": True,
    "satisfied": True,
    "effective": True,
}


class CustomerComplaintFigures(models.AbstractModel):
    """What the figures are called, and how each is computed, in the reader's language."""

    _inherit = "customer.complaint.figures"

    @api.model
    def _get_kind_names(self):
        names = dict(self.env["customer.complaint"]._fields["kind"]._description_selection(self.env))
        others = {kind: names[kind] for kind, _name in KINDS if kind not in PROBLEM_KINDS}
        return {"problems": self.env._("Complaints and Grievances"), **others}

    @api.model
    def _get_tile_names(self):
        return {
            "received": self.env._("Complaints Received"),
            "open": self.env._("Still Open"),
            "resolved": self.env._("Resolved"),
            "major": self.env._("Major Complaints"),
            "response_within": self.env._("First Response in Time"),
            "resolution_within": self.env._("Resolved in Time"),
            "response_hours": self.env._("First Response, Median"),
            "resolution_hours": self.env._("Resolution, Median"),
            "repeats": self.env._("Repeats"),
            "reopened": self.env._("Reopened"),
            "confirmed": self.env._("Confirmed at First Try"),
            "satisfied": self.env._("Satisfied with the Handling"),
        }

    @api.model
    def _get_definitions(self):
        """Return {code: how the figure is computed}; ``scope`` holds for all."""
        limits = {company.care_satisfied_from for company in self.env.companies.sudo()}
        return {
            "scope": self.env._(
                "All figures are about the complaints received in the period, by the days of the reader's time zone, "
                "as far as the reader may see them. Complaints and grievances are counted together, suggestions, "
                "inquiries and praise each for itself. Archived complaints are left out, and those merged into another "
                "one, which is counted instead. Cancelled complaints are counted as received, but have no times and "
                "no time limits. Complaints of customers whose data was erased go on counting. Confidential complaints "
                "count for those who may see them; their customers and products are not named, nor those of protected "
                "complainants."
            ),
            "received": self.env._("Complaints received in the period."),
            "open": self.env._(
                "Those received in the period that are neither resolved, closed nor cancelled now."
            ),
            "resolved": self.env._(
                "Those received in the period that are resolved now, cancelled ones left out."
            ),
            "major": self.env._("Those marked as major complaints."),
            "response_within": self.env._(
                "First responses within their time limit / all whose time limit is kept or exceeded by now."
            ),
            "resolution_within": self.env._(
                "Resolved within the time limit / all whose time limit is kept or exceeded by now. Time limits that "
                "still run are left out."
            ),
            "response_hours": self.env._(
                "Working time from the receipt to the first response, pauses left out, where a time limit in working "
                "time was set: half of the complaints took less. 90 of 100 took no longer than the 90th percentile."
            ),
            "resolution_hours": self.env._(
                "Working time from the receipt to the resolution, pauses left out, where a time limit in working time "
                "was set: half of the complaints took less. 90 of 100 took no longer than the 90th percentile."
            ),
            "repeats": self.env._(
                "Complaints of the same customer about the same matter after an earlier one was resolved / all "
                "received."
            ),
            "reopened": self.env._("Complaints that were reopened at least once / all received."),
            "confirmed": self.env._(
                "Complaints whose customer said in the first callback that the problem is solved, and that were never "
                "reopened / all whose customer said in a callback whether it is solved."
            ),
            "satisfied": self.env._(
                "Last answers of %(least)s or better, of 10 / all complaints with an answer: by rating, callback, "
                "survey or noted by hand. All others who answered are not satisfied.",
                least="/".join(str(limit) for limit in sorted(limits)),
            ),
            "types": self.env._("Complaints of each main category, with all below it / all received."),
            "pareto": self.env._(
                "Complaints of each category in falling order; the line adds up their shares of all received."
            ),
            "causes": self.env._(
                "Complaints of each root cause in falling order, and their cumulated shares of all with a known cause."
            ),
            "times": self.env._(
                "Working time, pauses left out, of complaints whose time limit is in working time; in days of the "
                "calendar of all. Medians and 90th percentiles are those of the single complaints, never averages of "
                "averages."
            ),
            "customers": self.env._(
                "Customers with more than one complaint in the period, and how many of these are repeats."
            ),
            "products": self.env._(
                "Products and serial numbers named in more than one complaint of the period."
            ),
            "departments": self.env._(
                "Complaints by the department with the largest share in the split of responsibility that was put to "
                "those named / all with such a department. Complaints without a split are left out."
            ),
            "reasons": self.env._(
                "What customers who are not satisfied gave as the reason; more than one can be given."
            ),
        }
