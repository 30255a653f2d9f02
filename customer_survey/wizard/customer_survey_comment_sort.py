from odoo import api, fields, models
from odoo.fields import Command


class CustomerSurveyCommentSort(models.TransientModel):
    """Say what some comments are about."""

    _name = "customer.survey.comment.sort"
    _description = "Sort Comments by Theme"

    # without a table of its own a query can be no relation
    comment_ids = fields.Json(default=lambda self: self._default_comment_ids())
    comment_count = fields.Integer(string="Comments", compute="_compute_comment_count")
    theme_ids = fields.Many2many("customer.survey.theme", string="Themes")
    mode = fields.Selection([("add", "Add These"), ("replace", "Only These")], required=True, default="add")

    @api.model
    def _default_comment_ids(self):
        return [key for key in self.env.context.get("active_ids") or [] if isinstance(key, int)]

    @api.depends("comment_ids")
    def _compute_comment_count(self):
        for sort in self:
            sort.comment_count = len(sort.comment_ids or [])

    def action_apply(self):
        """Note the themes; comments so sorted count as read."""
        self.ensure_one()
        lines = self.env["survey.user_input.line"].browse(self.comment_ids or []).exists()
        comments = self.env["customer.survey.comment"].browse(lines._filtered_access("read").ids)
        commands = [Command.link(theme.id) for theme in self.theme_ids]
        if self.mode == "replace":
            commands = [Command.set(self.theme_ids.ids)]
        comments._mark({"care_is_read": True, "care_theme_ids": commands})
        return {"type": "ir.actions.act_window_close"}
