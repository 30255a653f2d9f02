from odoo import api, models


class CustomerComplaint(models.Model):
    """What the stages above the form say before anybody clicks them."""

    _inherit = "customer.complaint"

    @api.readonly
    def get_move_refusals(self):
        """Return {id of a stage: why the user cannot move the complaint there now}, others can be clicked.

        Only what the flow itself forbids. Information that is missing is asked for in the dialog of the move.
        The form asks for it once it is shown: nobody waits for the answer.
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user._is_internal():
            return {}
        # As superuser: roles and names are read, nothing of the complaint is told.
        complaint = self.sudo()
        stages = complaint.stage_id._get_flow(complaint.team_id) - complaint.stage_id
        if not self.has_access("write"):
            return dict.fromkeys(stages.ids, self.env._("You can read this complaint, not change it."))
        facts = stages._get_facts()
        refusals = {}
        for stage in stages.with_env(self.env):
            texts = [text for text, _action in self._say_refusals(stage, facts[stage.id], is_new=False)]
            if texts:
                refusals[stage.id] = "\n".join(text[:1].upper() + text[1:] for text in texts)
        return refusals
