from odoo import http
from odoo.addons.portal.controllers import portal
from odoo.exceptions import UserError
from odoo.http import request

from .answer_page import check_answer, render_closed, render_page, use_language
from .complaint_form import REQUEST_SIZE, read_files, read_texts


class ComplaintShare(portal.CustomerPortal):
    """The page on which suppliers accept or dispute their share of responsibility, without login.

    It shows the share and why, nothing of the customer. Looking changes nothing: programs open the links of mails too.
    """

    @http.route("/complaint/share/<string:key>", type="http", auth="public", website=True, methods=["GET"])
    def complaint_share(self, key, **kw):
        """Show the share of a link."""
        share = request.env["customer.complaint.responsibility"]._find(key)
        return self._share_render(share, key) if share else self._share_render_closed()

    @http.route(
        "/complaint/share/<string:key>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=REQUEST_SIZE,
    )
    def complaint_share_answer(self, key, **post):
        """Take the answer, or show it again with what is wrong about it."""
        share = request.env["customer.complaint.responsibility"]._find(key)
        if not share:
            return self._share_render_closed()
        use_language(share.partner_id.lang)
        texts = read_texts(post, ("answer", "text", "name"))
        files = read_files(request.httprequest)
        errors = self._share_check(texts, files)
        if not errors and share.state == "asked":
            try:
                share._answer_by_link(texts["answer"], texts["text"], texts["name"], files)
            except UserError as error:
                errors = [str(error)]
        if errors:
            return self._share_render(share, key, texts, errors)
        return request.redirect(f"/complaint/share/{key}", code=303)

    # ------------------------------------------------------------
    # What the page is made of
    # ------------------------------------------------------------

    def _share_check(self, texts, files):
        """Return the messages about what is wrong with the answer, in the visitor's language."""
        env = request.env
        errors = []
        if texts["answer"] not in ("accept", "dispute"):
            errors.append(env._("Please choose whether you accept it."))
        if texts["answer"] == "dispute" and not texts["text"]:
            errors.append(env._("Please write why you dispute it."))
        return errors + check_answer(env, texts, files)

    def _share_render(self, share, key, texts=None, errors=()):
        use_language(share.partner_id.lang)
        env = request.env
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaint_share",
            "share": share.with_context(lang=request.env.lang),
            "title": env._("Your part in complaint %(number)s", number=share.number),
            "question": env._(
                "%(company)s sees %(percent)s %% of the responsibility with %(supplier)s. The reason:",
                company=share.company_id.name,
                percent=f"{share.percent:g}",
                supplier=share.partner_id.name,
            ),
            "url": f"/complaint/share/{key}",
        }
        texts = texts or {"answer": "", "text": "", "name": ""}
        return render_page("customer_complaint.portal_complaint_share", values, texts, errors)

    def _share_render_closed(self):
        values = {**self._prepare_portal_layout_values(), "page_name": "complaint_share"}
        return render_closed("customer_complaint.portal_complaint_share_closed", values)
