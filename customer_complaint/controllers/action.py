from odoo import http
from odoo.addons.portal.controllers import portal
from odoo.exceptions import UserError
from odoo.http import request

from ..models.customer_complaint_action_work import MY_PATH
from .answer_page import check_answer, render_closed, render_page, use_language
from .complaint_form import REQUEST_SIZE, read_files, read_texts


class ComplaintAction(portal.CustomerPortal):
    """The pages on which owners without rights to complaints report on their corrective actions.

    They show what the action says, nothing of its complaints or their customers. Looking at the page of a link changes
    nothing: programs open the links of mails too.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_action_count" in counters:
            values["complaint_action_count"] = len(self._action_get_own())
        return values

    @http.route(MY_PATH, type="http", auth="user", website=True, methods=["GET"])
    def complaint_actions(self, **kw):
        """List the actions of the user."""
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaint_action",
            "actions": self._action_get_own(),
            "path": MY_PATH,
        }
        return request.render("customer_complaint.portal_my_complaint_actions", values)

    @http.route(f"{MY_PATH}/<int(max=2147483647):action_id>", type="http", auth="user", website=True)
    def complaint_own_action(self, action_id, **kw):
        """Lead to the page of an own action, from the to-do."""
        action = self._action_get_own().filtered(lambda one: one.id == action_id)
        return request.redirect(action._get_own_url()) if action else self._action_render_closed()

    @http.route("/complaint/action/<string:key>", type="http", auth="public", website=True, methods=["GET"])
    def complaint_action(self, key, **kw):
        """Show the action of a link."""
        action = request.env["customer.complaint.action"]._find(key)
        return self._action_render(action, key) if action else self._action_render_closed()

    @http.route(
        "/complaint/action/<string:key>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=REQUEST_SIZE,
    )
    def complaint_action_report(self, key, **post):
        """Take a report, or show it again with what is wrong about it."""
        action = request.env["customer.complaint.action"]._find(key)
        if not action:
            return self._action_render_closed()
        use_language(action._get_lang())
        texts = read_texts(post, ("answer", "text"))
        files = read_files(request.httprequest)
        errors = self._action_check(texts, files)
        if not errors and action.state == "open":
            try:
                action.with_env(request.env)._answer_by_link(texts["answer"], texts["text"], files)
            except UserError as error:
                errors = [str(error)]
        if errors:
            return self._action_render(action, key, texts, errors)
        return request.redirect(f"/complaint/action/{key}", code=303)

    @http.route(
        "/complaint/action/<string:key>/file/<int(max=2147483647):file_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def complaint_action_file(self, key, file_id, **kw):
        """Hand out one of the files that are evidence of the action."""
        action = request.env["customer.complaint.action"]._find(key)
        attachment = action.attachment_ids.filtered(lambda one: one.id == file_id)
        if not attachment:
            return self._action_render_closed()
        return request.env["ir.binary"]._get_stream_from(attachment).get_response(as_attachment=True)

    # ------------------------------------------------------------
    # What the pages are made of
    # ------------------------------------------------------------

    def _action_get_own(self):
        return request.env["customer.complaint.action"]._get_own_by_link()

    def _action_check(self, texts, files):
        """Return the messages about what is wrong with the report, in the visitor's language."""
        env = request.env
        errors = []
        if texts["answer"] not in ("progress", "done"):
            errors.append(env._("Please choose whether it is done."))
        if texts["answer"] == "progress" and not texts["text"] and not files:
            errors.append(env._("Please write how far it is, or attach a file."))
        return errors + check_answer(env, texts, files)

    def _action_render(self, action, key, texts=None, errors=()):
        use_language(action._get_lang())
        action = action.with_context(lang=request.env.lang)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaint_action",
            "action": action,
            "due": action._get_due_text(),
            "url": f"/complaint/action/{key}",
            "mine": MY_PATH if request.env.user == action.user_id else False,
        }
        texts = texts or {"answer": "progress", "text": ""}
        return render_page("customer_complaint.portal_complaint_action", values, texts, errors)

    def _action_render_closed(self):
        values = {**self._prepare_portal_layout_values(), "page_name": "complaint_action"}
        return render_closed("customer_complaint.portal_complaint_action_closed", values)
