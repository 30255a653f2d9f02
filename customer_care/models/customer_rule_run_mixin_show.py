from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError

from .customer_rule_run_mixin import OPEN_STATES


class CustomerRuleRunMixin(models.AbstractModel):
    """What is shown of a run of a rule, and its buttons."""

    _inherit = "customer.rule.run.mixin"

    @api.depends("rule_id", "date", "source")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            values = {"rule": run.rule_id.name, "date": run.date}
            run.display_name = (
                self.env._("%(rule)s, preview of %(date)s", **values)
                if run.source == "preview"
                else self.env._("%(rule)s, run of %(date)s", **values)
            )

    @api.depends("counts")
    @api.depends_context("lang")
    def _compute_counts_html(self):
        reasons = self.env[self._candidate_model]._get_reasons()
        for run in self:
            rows = sorted((run.counts or {}).items(), key=lambda row: -row[1])
            run.counts_html = (
                Markup("<table class='table table-sm'>%s</table>")
                % Markup().join(
                    Markup("<tr><td class='text-end' style='width: 7em'>%s</td><td>%s</td></tr>")
                    % (f"{count:,}", reasons.get(code, code))
                    for code, count in rows
                )
                if rows
                else False
            )

    @api.depends("state", "slice_ids.is_done")
    def _compute_progress(self):
        rows = (
            self.env[self._slice_model]
            .sudo()
            ._read_group([("run_id", "in", self.ids)], ["run_id", "is_done"], ["__count"])
        )
        done, total = dict.fromkeys(self.ids, 0), dict.fromkeys(self.ids, 0)
        for run, is_done, count in rows:
            total[run.id] += count
            done[run.id] += count if is_done else 0
        for run in self:
            whole = total.get(run.id)
            run.progress = 100 * done[run.id] // whole if whole and run.state == "running" else 100

    # Actions

    def action_confirm(self):
        """Go on although there are more customers than the limit of the company.

        :raises UserError: it does not wait any more
        """
        self.ensure_one()
        self.rule_id._check_may_plan()
        run = self.sudo()._lock()
        if run.state != "waiting":
            raise UserError(self.env._("This run does not wait any more, reload the page."))
        run.write({"is_confirmed": True, "user_id": self.env.uid, "state": "running"})
        run.rule_id._close_notices()
        # Days may have passed: who is due is found out again.
        run._begin()
        return self._get_form_action()

    def action_cancel(self):
        """Stop a run: what it has made stays, the rest is not made.

        :raises UserError: it has ended
        """
        for run in self:
            run.rule_id._check_may_plan()
            run = run.sudo()._lock()
            if run.state not in OPEN_STATES:
                raise UserError(self.env._("%(run)s has ended already.", run=run.display_name))
            run._end("cancelled")
            run.rule_id._close_notices()
        return True

    def action_plan(self):
        """Do what the preview shows, by the rule as it is now."""
        self.ensure_one()
        return self.rule_id.action_plan_now()

    def _get_list_action(self, action_name, domain, name, context):
        """Return the action of that external id on the candidates of the run (singleton) that match."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action_name),
            "name": name,
            "display_name": name,
            "domain": [("run_id", "=", self.id), *domain],
            "context": context,
        }
