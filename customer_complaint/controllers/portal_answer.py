from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from . import complaint_form as form
from .portal import CustomerPortal

MESSAGES_PER_HOUR = 30
ACTS = ("accept", "decline", "reopen", "escalate", "withdraw", "rate")


class ComplaintAnswer(CustomerPortal):
    """What a customer decides on the page of his complaint."""

    @http.route(
        f"/my/complaints/<int(max=2147483647):complaint_id>/<any({', '.join(ACTS)}):act>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=256 * 1024,
    )
    def portal_complaint_act(self, complaint_id, act, access_token=None, **post):
        """Do what the customer decided and show the complaint, or say why it cannot be done."""
        complaint = self._complaint_find(complaint_id, access_token)
        if not complaint or not self._complaint_may_act():
            return request.redirect("/my")
        texts = form.read_texts(post, ("comment", "rating", "person", "digest"))
        rating = int(texts["rating"]) if texts["rating"] in ("1", "3", "5") else 0
        person = self._complaint_get_person(complaint, texts["person"])
        reasons = form.read_numbers(request.httprequest, "reason")
        try:
            with request.env.cr.savepoint():
                complaint._customer_act(
                    act, person, texts["comment"], rating, texts["digest"], reasons=reasons
                )
        except UserError as error:
            return self._complaint_render(complaint, error=str(error))
        return request.redirect(f"{complaint.get_portal_url()}#complaint_answers", code=303)

    @http.route(
        "/my/complaints/<int(max=2147483647):complaint_id>/sign", type="jsonrpc", auth="public", website=True
    )
    def portal_complaint_sign(self, complaint_id, access_token=None, name=None, signature=None, **kw):
        """Take the signature under what was registered."""
        # the address of the form carries the link's secret
        access_token = access_token or request.httprequest.args.get("access_token")
        digest = request.httprequest.args.get("digest", "")
        complaint = self._complaint_find(complaint_id, access_token)
        if not complaint or not self._complaint_may_act():
            return {"error": request.env._("This complaint cannot be signed here.")}
        if "sign" not in complaint._portal_get_acts():
            return {
                "error": request.env._("This is not possible any more. Please look at the complaint again.")
            }
        try:
            with request.env.cr.savepoint():
                complaint._sign(self._complaint_get_person(complaint, name), signature, digest=digest)
        except UserError as error:
            return {"error": str(error)}
        return {"force_refresh": True, "redirect_url": complaint.get_portal_url()}

    @http.route(
        "/my/complaints/<int(max=2147483647):complaint_id>/message",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=form.REQUEST_SIZE,
    )
    def portal_complaint_message(self, complaint_id, access_token=None, **post):
        """Take a message and files of a visitor who is no contact of ours: the thread takes none of him."""
        complaint = self._complaint_find(complaint_id, access_token)
        if not complaint or not self._complaint_may_act():
            return request.redirect("/my")
        env = request.env
        text = form.read_texts(post, ("comment",))["comment"]
        files = form.read_files(request.httprequest)
        errors = form.check_files(env, files)
        if not (text or files):
            errors.append(env._("Please write something, or choose a file."))
        if len(text) > form.TEXT_LENGTH:
            errors.append(
                env._("The text must not be longer than %(count)s letters.", count=form.TEXT_LENGTH)
            )
        attempts = [("message", complaint.id, MESSAGES_PER_HOUR)]
        if not errors and env["customer.complaint.intake"].sudo()._is_too_many(attempts):
            errors.append(env._("Too many messages within an hour. Please try again later."))
        if errors:
            return self._complaint_render(complaint, error=" ".join(errors))
        complaint._post_of_customer(text or env._("Files of the customer"), attachments=files)
        return request.redirect(f"{complaint.get_portal_url()}#complaint_messages", code=303)

    def _complaint_get_person(self, complaint, name):
        """Give how to call who decides: the name he gave, of who is logged in the name of the account."""
        name = name if isinstance(name, str) else ""
        name = " ".join(name.replace("\0", "").split())[: form.CONTACT_LENGTH]
        if request.env.user._is_public() and name:
            return name
        return complaint._get_person() or request.env._("The customer")
