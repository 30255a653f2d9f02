from markupsafe import Markup
from odoo import api, models
from odoo.tools import format_date


class CustomerComplaintMajorReport(models.Model):
    """What appraisals and the current plan put into the draft of a report."""

    _inherit = "customer.complaint.major.report"

    @api.model
    def _prepare_draft(self, complaint):
        vals = super()._prepare_draft(complaint)
        plan = complaint.plan_id.filtered(lambda plan: plan.state != "cancelled")
        measures = plan.measure_ids.filtered(lambda measure: measure.state != "cancelled")
        return {
            **vals,
            "appraisal": self._join_parts(vals["appraisal"], self._draft_appraisal(complaint)),
            "measures": self._join_parts(vals["measures"], self._draft_measures(plan, measures)),
            "cost": self._join_parts(vals["cost"], self._draft_cost(plan, measures)),
        }

    def _join_parts(self, *parts):
        return Markup("").join(Markup(part) for part in parts if part) or False

    @api.model
    def _draft_appraisal(self, complaint):
        """Return what the service manager decided last, and each appraisal: decision, result, summary."""
        parts = []
        decided = complaint.major_report_ids.filtered("appraisal_decision").sorted("version")[-1:]
        if decided:
            parts.append(
                Markup("<p>%s: %s</p>")
                % (self._get_label(decided, "appraisal_decision"), decided.appraisal_reason or "")
            )
        for appraisal in complaint.appraisal_ids.sorted("id"):
            said = [
                self._get_label(appraisal, "state"),
                appraisal.decision_note,
                self._get_label(appraisal, "result"),
            ]
            text = Markup("<p><b>%s</b>: %s</p>%s")
            parts.append(
                text % (appraisal.name, "; ".join(filter(None, said)), Markup(appraisal.result_text or ""))
            )
        return Markup("").join(parts)

    @api.model
    def _draft_measures(self, plan, measures):
        """Return the goal of the plan and its countermeasures: what, of which kind, by whom, until when, how far."""
        rows = [
            "; ".join(
                filter(
                    None,
                    (
                        measure.name,
                        self._get_label(measure, "kind"),
                        measure.user_id.name,
                        measure.department_id.name,
                        format_date(self.env, measure.date_deadline),
                        self._get_label(measure, "state"),
                    ),
                )
            )
            for measure in measures
        ]
        goal = Markup("<p>%s</p>") % plan.goal if plan.goal else ""
        return self._join_parts(goal, self._join_rows(rows))

    @api.model
    def _draft_cost(self, plan, measures):
        """Return what the countermeasures cost, and the sums of the plan with its compensations."""
        currency = plan.currency_id
        rows = [
            f"{measure.name}: {currency.format(measure.cost_estimate)}"
            for measure in measures
            if measure.cost_estimate
        ]
        rows += [
            f"{plan.name}, {plan._fields[name]._description_string(self.env)}: {currency.format(plan[name])}"
            for name in ("estimated_cost", "actual_cost")
            if plan and plan[name]
        ]
        return self._join_rows(rows)

    def _get_label(self, record, name):
        """Return the label of a selection (singleton), empty without one."""
        return dict(record._fields[name]._description_selection(self.env)).get(record[name], "")
