from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerGradingScheme(models.Model):
    """When a scheme runs by itself: every so many months, on the day of the month that somebody entered."""

    _inherit = "customer.grading.scheme"

    run_day = fields.Integer(
        readonly=True,
        copy=False,
        help="Day of the month on which it runs, as entered with the next run; the last day of shorter months.",
    )

    _run_day_range = models.Constraint("CHECK(run_day BETWEEN 0 AND 31)", "A month has 31 days at most.")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._add_run_day(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._add_run_day(vals))

    @api.model
    def _add_run_day(self, vals):
        """Return the values with the day of the month of the next run, if that is among them."""
        day = fields.Date.to_date(vals.get("date_next_run"))
        return {"run_day": day.day, **vals} if day else vals

    def _get_day(self):
        """Return the present day at the company of the scheme (singleton)."""
        return (self.company_id or self.env.company)._care_get_day()

    def _get_next_run(self):
        """Return the first day after today on which the scheme (singleton) runs.

        Counted from the day that was due, whenever the job got to it: a run that is late moves no other.
        """
        count, due, today = 0, self.date_next_run, self._get_day()
        while due <= today:
            count += 1
            due = self.date_next_run + relativedelta(
                months=count * self.run_interval_months, day=self.run_day or self.date_next_run.day
            )
        return due

    @api.model
    def _cron_run(self):
        """Start the runs that are due at their companies; a scheme that cannot run says why in its chatter."""
        latest = fields.Date.today() + timedelta(days=1)
        due = self.search([("run_interval_months", ">", 0), ("date_next_run", "<=", latest)])
        due = due.filtered(lambda scheme: scheme.date_next_run <= scheme._get_day())
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for scheme in due:
            run_day = scheme.run_day or scheme.date_next_run.day
            scheme.write({"date_next_run": scheme._get_next_run(), "run_day": run_day})
            try:
                with self.env.cr.savepoint():
                    scheme.action_run()
            except UserError as error:
                scheme.message_post(body=self.env._("No run was started: %(reason)s", reason=str(error)))
            if not self.env["ir.cron"]._commit_progress(1):
                break
