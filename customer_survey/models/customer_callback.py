from markupsafe import Markup
from odoo import fields, models


class CustomerCallback(models.Model):
    """A call that reached the customer may ask for a survey; one that follows up an answer shows it."""

    _name = "customer.callback"
    _inherit = ["customer.callback", "customer.care.mixin"]

    survey_loop_ids = fields.One2many(
        "customer.survey.loop", "callback_id", string="Survey Follow-Ups", readonly=True
    )
    survey_answer_html = fields.Html(
        string="Survey Answer", compute="_compute_survey_answer_html", sanitize=False
    )

    def _compute_survey_answer_html(self):
        for callback in self:
            parts = [loop.answer_html for loop in callback.survey_loop_ids if loop.answer_html]
            callback.survey_answer_html = Markup("<hr/>").join(parts) or False

    def _finish(self, outcome):
        result = super()._finish(outcome)
        if outcome == "reached":
            # A call about a low score asks for no further score.
            calls = self.sudo().filtered(lambda callback: callback.rule_id.trigger != "survey_low_score")
            self.env["customer.survey.rule"]._send("callback_done", calls)
        return result

    def _call_document_hook(self):
        result = super()._call_document_hook()
        for callback in self.sudo():
            callback.survey_loop_ids._take_call(callback)
        return result
