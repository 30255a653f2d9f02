from odoo import api, models


class CustomerCallbackRun(models.Model):
    """What a run of callbacks does beyond what all runs do: it divides the work, and says when nobody does it.

    The customers are found and kept by ``customer_callback_run_find``, divided among people by
    ``customer_callback_run_divide``; the callbacks are made by ``customer_callback_run_make``.
    """

    _inherit = "customer.callback.run"

    def _find_all(self):
        self.portions = False
        return super()._find_all()

    @api.model
    def _get_found_names(self):
        return (*super()._get_found_names(), "unassigned", "no_phone")

    def _get_limit(self):
        company = self.rule_id._get_parts()[0].company
        return company.care_callback_limit or 2**31

    def _make_slices(self):
        self.rule_id.is_changed = False
        return super()._make_slices()

    def _end(self, state):
        result = super()._end(state)
        self.portions = False
        if state == "done" and self.count_unassigned:
            env = self.rule_id._get_owner_env()
            self.rule_id._notify_owner(
                env._("Callbacks without a caller"),
                env._(
                    "%(rule)s planned %(count)s callbacks that nobody makes: name a team with people who are there.",
                    rule=self.rule_id.name,
                    count=self.count_unassigned,
                ),
            )
        return result

    def _get_wait_notice(self, env):
        return env._("Too many callbacks"), env._(
            "%(rule)s would make %(count)s callbacks, more than %(limit)s. Nothing is planned until you "
            "confirm it or change the rule.",
            rule=self.rule_id.name,
            count=self.count_new,
            limit=self._get_limit(),
        )

    def _get_fail_notice(self, env, text):
        return env._("The callback rule does not work"), env._(
            "%(rule)s planned nothing: %(error)s", rule=self.rule_id.name, error=text
        )
