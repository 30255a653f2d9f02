from odoo import api, models


class CustomerComplaintAction(models.Model):
    _inherit = "customer.complaint.action"

    @api.model
    def _get_action_counts(self, domain):
        """Return {"total", "open", "late", "done", "effective", "not_effective", "effective_percent"} of a domain.

        As the user sees it. ``open`` includes drafts, ``done`` waits for the decision; ``effective_percent`` is the
        share of what helped in what was decided, None when nothing was.
        """
        groups = self._read_group(domain, ["state"], ["__count"])
        counts = dict(groups)
        decided = counts.get("effective", 0) + counts.get("not_effective", 0)
        return {
            "total": sum(counts.values()),
            "open": counts.get("draft", 0) + counts.get("open", 0),
            "late": self.search_count([*domain, ("is_late", "=", True)]),
            "done": counts.get("done", 0),
            "effective": counts.get("effective", 0),
            "not_effective": counts.get("not_effective", 0),
            "effective_percent": 100 * counts.get("effective", 0) / decided if decided else None,
        }
