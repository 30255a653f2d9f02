import psycopg2
from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.batches import TRANSIENT


class CustomerRunMixin(models.AbstractModel):
    """Work on very many customers that goes on in slices, done by several workers and resumed after a crash.

    A model has a field ``state``; it names the states under way (``_run_states``) and the jobs that are its workers
    (``_run_jobs``, external ids), and says what one step is (``_do_step``) and what follows an error (``_fail``). A
    step locks a slice that no other worker holds, does its work and marks it, in one transaction; before its end it
    calls ``_hold``, so that it fails when the run was cancelled meanwhile. Runs are made and changed by the program.
    """

    _name = "customer.run.mixin"
    _description = "Run in Slices"

    _run_states = ()
    _run_jobs = ()

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise self._get_run_error()
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise self._get_run_error()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise self._get_run_error()

    def _get_run_error(self):
        return AccessError(self.env._("Runs are started by their buttons, kept, and cannot be changed."))

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "name": self.display_name,
        }

    # Workers

    @api.model
    def _call_workers(self):
        for name in self._run_jobs:
            self.env.ref(name).sudo()._trigger()

    @api.model
    def _work_all(self):
        """Work on all runs that are under way; slices that another worker holds are passed over."""
        Cron = self.env["ir.cron"]
        runs = self.sudo().search(Domain("state", "in", self._run_states), order="id")
        Cron._commit_progress(remaining=len(runs))
        for run in runs:
            while run._work_once():
                if not Cron._commit_progress():
                    return
            Cron._commit_progress(1)

    def _work_once(self):
        """Do one step of the run (singleton); return whether there may be another.

        An error leaves the run failed, with all that was committed before.
        """
        self.invalidate_recordset()
        if not self._is_under_way():
            return False
        try:
            return self._do_step()
        except psycopg2.InterfaceError:
            raise
        except TRANSIENT:
            # What the other transaction did is seen by the next step.
            self.env.cr.rollback()
            return True
        except Exception as error:
            self.env.cr.rollback()
            if self._is_under_way():
                self._fail(error)
            return False

    def _is_under_way(self):
        return bool(self.exists()) and self.state in self._run_states

    def _lock(self):
        """Return the run (singleton), locked and read again.

        :raises UserError: a worker is just changing it
        """
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(self.env._("The run is just going on: try again."))
        self.invalidate_recordset()
        return self

    def _wait_for_row(self):
        """Lock the run (singleton) and read it again, once those who end a slice of it have committed.

        Who only tried would leave what comes after the slices to the other, and the other to him: of the workers that
        end the last slices together, the last one to come here sees all of them done.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT FROM %s WHERE id = %s FOR NO KEY UPDATE", SQL.identifier(self._table), self.id)
        )
        self.invalidate_recordset()

    def _hold(self):
        """Let the transaction fail, with the rows of its slice, when somebody cancelled the run meanwhile."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT FROM %s WHERE id = %s FOR SHARE", SQL.identifier(self._table), self.id)
        )

    def _get_error_text(self, error):
        """Return what a reader is told of an error: what we say ourselves, else the first line."""
        return str(error) if isinstance(error, UserError) else str(error).split("\n")[0]

    # Hooks

    def _do_step(self):
        """Do the work of one slice, or what comes after all; return whether there may be another step."""
        raise NotImplementedError()

    def _fail(self, error):
        """Note that the run failed by an error."""
        raise NotImplementedError()
