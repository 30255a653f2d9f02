from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import scores as formulas

CORRECTIONS = [
    ("reversed", "The scale was read the wrong way round"),
    ("value", "Another answer was meant"),
    ("person", "Somebody else answered"),
    ("void", "Does not count"),
]
# What a new row takes over from the one it replaces.
KEPT_FIELDS = (
    "partner_id",
    "company_id",
    "date",
    "kind",
    "comment",
    "user_id",
    "team_id",
    "grade_id",
    "channel",
    "rule_id",
    "survey_id",
    "question_id",
    "user_input_id",
    "res_model",
    "res_id",
)


class CustomerSurveyScore(models.Model):
    """Corrections: the row that was wrong is archived with who, when and why, and a new one takes its place.

    A row that does not count has no successor. Figures, timeline, follow-ups and documents follow in the same
    transaction.
    """

    _inherit = "customer.survey.score"

    correction = fields.Selection(
        CORRECTIONS, readonly=True, copy=False, help="What was wrong with this row."
    )
    correction_reason = fields.Text(readonly=True, copy=False)
    corrected_by_id = fields.Many2one("res.users", readonly=True, copy=False, index="btree_not_null")
    corrected_datetime = fields.Datetime(string="Corrected On", readonly=True, copy=False)
    previous_id = fields.Many2one(
        "customer.survey.score",
        string="Replaces",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        context={"active_test": False},
    )

    def action_correct(self):
        """Open the dialog in which a manager corrects these scores."""
        self._check_correctable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct Scores"),
            "res_model": "customer.survey.score.correct",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_score_ids": self.ids},
        }

    def _check_correctable(self):
        """:raises AccessError: not a manager
        :raises UserError: nothing chosen, or a row that was corrected already
        """
        if not self.env.user.has_group("customer_care.group_care_manager"):
            raise AccessError(self.env._("Only a manager may correct scores."))
        self.check_access("read")
        if not self:
            raise UserError(self.env._("Please choose a score."))
        if not all(self.mapped("active")):
            raise UserError(self.env._("A score that was corrected is history and stays as it is."))

    def _correct(self, correction, reason, raw_value=None, partner=None):
        """Correct the rows for the current user, who was checked.

        :param correction: key of ``CORRECTIONS``
        :param raw_value: the answer that was meant, on the scale of the question; for ``value``
        :param partner: who answered, ``res.partner``; for ``person``
        :return: the new rows, as superuser; none for ``void``
        :raises UserError: no reason, an answer outside of the scale, or somebody else is correcting a row
        """
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why the score is corrected."))
        old = self.sudo()
        if len(old.try_lock_for_update()) < len(old):
            raise UserError(self.env._("Somebody else is correcting this score right now. Please try again."))
        old.invalidate_recordset(["active"])
        self._check_correctable()
        vals_list = [
            score._prepare_correction_vals(correction, raw_value, partner)
            for score in old
            if correction != "void"
        ]
        old.write(
            {
                "active": False,
                "correction": correction,
                "correction_reason": reason,
                "corrected_by_id": self.env.uid,
                "corrected_datetime": fields.Datetime.now(),
            }
        )
        old.flush_recordset()
        new = old.with_user(SUPERUSER_ID).create(vals_list)
        old._log_correction(new)
        (old | new)._follow_correction()
        return new

    def _prepare_correction_vals(self, correction, raw_value, partner):
        """Return the values of the row that replaces this one (singleton)."""
        self.ensure_one()
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in KEPT_FIELDS}
        raw = self.raw_value
        if correction in ("reversed", "value"):
            low, high = self._get_bounds()
            raw = low + high - raw if correction == "reversed" else raw_value
            if raw is None or not low <= raw <= high:
                raise UserError(
                    self.env._(
                        "An answer to this question goes from %(low)g to %(high)g.", low=low, high=high
                    )
                )
            value = formulas.score(self.kind, raw, low, high)
            vals["nps_class"] = self.kind == "nps" and formulas.nps_class(raw)
            vals["is_low"] = bool(self.rule_id) and value <= self.rule_id.low_score
        else:
            value = self.value
            vals.update(nps_class=self.nps_class, is_low=self.is_low)
            vals.update(self._prepare_person_vals(partner))
        return {**vals, "raw_value": raw, "value": value, "previous_id": self.id}

    def _get_bounds(self):
        """Return worst and best answer of the question (singleton).

        :raises UserError: the question was deleted
        """
        if self.kind == "nps":
            return formulas.NPS_MIN, formulas.NPS_MAX
        if not self.question_id:
            raise UserError(
                self.env._("The question of this score was deleted: its scale is not known any more.")
            )
        return self.question_id._care_get_bounds()

    def _prepare_person_vals(self, partner):
        """Return what changes when somebody else has answered (singleton)."""
        if not partner:
            raise UserError(self.env._("Please say who answered."))
        customer = partner.commercial_partner_id
        vals = {
            "partner_id": partner.id,
            "team_id": customer.care_team_id.id,
            "grade_id": customer.care_grade_id.id,
        }
        if self.res_model in (False, "res.partner"):
            vals.update(res_model="res.partner", res_id=partner.id, user_id=customer.care_user_id.id)
        return vals

    def _log_correction(self, new):
        """Note on the timelines what was corrected and what holds now; names and figures only."""
        successors = {score.previous_id: score for score in new}
        rows = []
        for score in self:
            successor = successors.get(score)
            kind = "survey_corrected" if successor else "survey_voided"
            after = f"{successor.kind.upper()} {successor.value:.0f}" if successor else ""
            summary = " → ".join(filter(None, (f"{score.kind.upper()} {score.value:.0f}", after)))
            for partner in score.partner_id | (successor or score.browse()).partner_id:
                rows.append(
                    {
                        "partner_id": partner.id,
                        "kind": kind,
                        "summary": f"{summary} ({score.correction_reason})",
                        "res_model": score._name,
                        "res_id": (successor or score).id,
                        "company_id": score.company_id.id,
                        "user_id": score.corrected_by_id.id,
                    }
                )
        self.env["customer.care.event"]._log(rows)

    def _follow_correction(self):
        """Let everything that was derived from these rows, old and new, follow. Override to let more follow."""
        self.commercial_partner_id._care_update_survey_figures()
        self.env["customer.survey.loop"]._follow_correction(self)
