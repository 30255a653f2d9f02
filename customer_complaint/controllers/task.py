from odoo import http
from odoo.addons.portal.controllers import portal
from odoo.exceptions import UserError
from odoo.http import request

from .answer_page import check_answer, render_closed, render_page, use_language
from .complaint_form import REQUEST_SIZE, read_files, read_texts


class ComplaintTask(portal.CustomerPortal):
    """The page on which departments answer a task by the link of their mail, without login.

    It shows what the task says, nothing of the complaint or the customer. Looking changes nothing: programs open the
    links of mails too.
    """

    @http.route("/complaint/task/<string:key>", type="http", auth="public", website=True, methods=["GET"])
    def complaint_task(self, key, **kw):
        """Show the task of a link."""
        task = request.env["customer.complaint.task"]._find(key)
        if not task:
            return self._task_render_closed()
        return self._task_render(task, key)

    @http.route(
        "/complaint/task/<string:key>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=REQUEST_SIZE,
    )
    def complaint_task_answer(self, key, **post):
        """Take the answer, or show it again with what is wrong about it."""
        task = request.env["customer.complaint.task"]._find(key)
        if not task:
            return self._task_render_closed()
        use_language(task._get_lang())
        texts = read_texts(post, ("answer", "text", "name"))
        files = read_files(request.httprequest)
        errors = self._task_check(texts, files)
        if not errors and task.state == "open":
            try:
                task._answer_by_link(texts["answer"], texts["text"], texts["name"], files)
            except UserError as error:
                errors = [str(error)]
        if errors:
            return self._task_render(task, key, texts, errors)
        return request.redirect(f"/complaint/task/{key}", code=303)

    @http.route(
        "/complaint/task/<string:key>/file/<int(max=2147483647):file_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def complaint_task_file(self, key, file_id, **kw):
        """Hand out one of the files that belong to the task."""
        task = request.env["customer.complaint.task"]._find(key)
        attachment = task.attachment_ids.filtered(lambda one: one.id == file_id)
        if not attachment:
            return self._task_render_closed()
        return request.env["ir.binary"]._get_stream_from(attachment).get_response(as_attachment=True)

    # ------------------------------------------------------------
    # What the page is made of
    # ------------------------------------------------------------

    def _task_check(self, texts, files):
        """Return the messages about what is wrong with the answer, in the visitor's language."""
        env = request.env
        errors = []
        if texts["answer"] not in ("done", "return"):
            errors.append(env._("Please choose whether it is done or returned."))
        if not texts["text"]:
            errors.append(env._("Please write what was found or done, or why it cannot be done."))
        return errors + check_answer(env, texts, files)

    def _task_render(self, task, key, texts=None, errors=()):
        use_language(task._get_lang())
        task = task.with_context(lang=request.env.lang)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaint_task",
            "task": task,
            "deadline": task._get_deadline_text(),
            "url": f"/complaint/task/{key}",
        }
        texts = texts or {"answer": "done", "text": "", "name": ""}
        return render_page("customer_complaint.portal_complaint_task", values, texts, errors)

    def _task_render_closed(self):
        values = {**self._prepare_portal_layout_values(), "page_name": "complaint_task"}
        return render_closed("customer_complaint.portal_complaint_task_closed", values)
