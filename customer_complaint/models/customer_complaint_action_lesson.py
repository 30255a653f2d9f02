from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import is_html_empty

LESSONS_SHOWN = 3


class CustomerComplaintAction(models.Model):
    """What was learned: published, it is shown to whoever registers a complaint of the category or below it."""

    _inherit = "customer.complaint.action"

    lesson_title = fields.Char(string="Lesson", copy=False)
    lesson = fields.Html(string="What We Learned", sanitize_attributes=True, copy=False)
    is_lesson_published = fields.Boolean(string="Lesson Published", readonly=True, copy=False)
    published_datetime = fields.Datetime(string="Published on", readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", string="Published by", readonly=True, copy=False)

    _lesson_idx = models.Index("(category_id) WHERE is_lesson_published IS TRUE")

    def action_publish_lesson(self):
        """Show the lesson to all who register complaints of the category.

        :raises AccessError: for whoever is no supervisor
        :raises UserError: without a lesson or a category
        """
        self._check_publisher()
        for action in self:
            if is_html_empty(action.lesson) or not action.category_id:
                raise UserError(self.env._("A lesson to publish has a text, and the action a category."))
        now = fields.Datetime.now()
        self.sudo().write(
            {"is_lesson_published": True, "published_datetime": now, "published_by_id": self.env.uid}
        )

    def action_withdraw_lesson(self):
        """Show the lesson to nobody any more."""
        self._check_publisher()
        self.sudo().write(
            {"is_lesson_published": False, "published_datetime": False, "published_by_id": False}
        )

    def _check_publisher(self):
        self.check_access("write")
        if not (self.env.su or self.env.user.has_group("customer_complaint.group_complaint_supervisor")):
            raise AccessError(self.env._("Only supervisors publish what was learned."))

    @api.model
    def _get_lessons(self, category):
        """Return [(title, html)] of the newest lessons for a category and those above it, whoever asks.

        What is published is for all who handle complaints of the companies they work in.
        """
        if not category:
            return []
        lessons = self.sudo().search(
            Domain("is_lesson_published", "=", True)
            & Domain("category_id", "parent_of", category.ids)
            & Domain("company_id", "in", self.env.companies.ids),
            order="published_datetime desc, id desc",
            limit=LESSONS_SHOWN,
        )
        return [(lesson.lesson_title or lesson.name, lesson.lesson) for lesson in lessons]
