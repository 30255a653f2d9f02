from odoo import http
from odoo.addons.portal.controllers import portal
from odoo.http import request

# above this the server refuses the request before it is read
REQUEST_SIZE = 256 * 1024


class CustomerDetails(portal.CustomerPortal):
    """Pages on which customers check what we keep of them.

    The link works without login; each page looks up the customer as superuser after a check of its own.
    Nothing is written to the customer: the answer becomes proposals.
    """

    @http.route("/care/details/<string:key>", type="http", auth="public", website=True, methods=["GET"])
    def care_details(self, key, **kw):
        """Show the details of the customer to whom the link was sent."""
        asked = request.env["customer.detail.request"]._find(key)
        if not asked:
            return self._details_render_closed()
        self._details_use_language(asked.partner_id)
        return self._details_render(asked.partner_id, f"/care/details/{key}", asked)

    @http.route(
        "/care/details/<string:key>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=REQUEST_SIZE,
    )
    def care_details_answer(self, key, **post):
        """Take the answer, or show it again with what is wrong about it."""
        asked = request.env["customer.detail.request"]._find(key)
        if not asked:
            return self._details_render_closed()
        self._details_use_language(asked.partner_id)
        return self._details_answer(asked.partner_id, f"/care/details/{key}", post, asked)

    @http.route("/my/care/details", type="http", auth="user", website=True, methods=["GET"])
    def portal_care_details(self, **kw):
        """Show the own details to the customer who is logged in."""
        partner = request.env.user.partner_id.sudo()
        asked = request.env["customer.detail.request"]._find_of_portal(partner)
        return self._details_render(partner, "/my/care/details", asked)

    @http.route(
        "/my/care/details",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        max_content_length=REQUEST_SIZE,
    )
    def portal_care_details_answer(self, **post):
        """Take the answer of the customer who is logged in."""
        partner = request.env.user.partner_id.sudo()
        asked = request.env["customer.detail.request"]._find_of_portal(partner)
        return self._details_answer(partner, "/my/care/details", post, asked)

    # ------------------------------------------------------------
    # What the pages are made of
    # ------------------------------------------------------------

    def _details_use_language(self, partner):
        """Speak the customer's language on the page of a link, unless the visitor is logged in."""
        if request.env.user._is_public() and partner.lang:
            known = [code for code, _name in request.env["res.lang"].get_installed()]
            if partner.lang in known:
                request.update_context(lang=partner.lang)

    def _details_answer(self, partner, url, post, asked):
        form = request.env["customer.detail.form"].sudo()
        values, changes, errors = form._parse(partner, post)
        if errors:
            return self._details_render(partner, url, asked, values, errors)
        if not asked:
            # the portal's answer has no link that was sent: it gets a request of its own
            Request = request.env["customer.detail.request"].sudo()
            asked = Request.create(Request._prepare_request_vals(partner, "portal"))
        asked._answer(changes)
        return self._details_render_message("thanks" if changes else "confirmed", partner)

    def _details_render(self, partner, url, asked, values=None, errors=()):
        form = request.env["customer.detail.form"].sudo()
        if values is None:
            values = form._get_values(partner, asked)
        page = {
            **self._prepare_portal_layout_values(),
            "page_name": "care_details",
            "is_own": url.startswith("/my/"),
            "partner_name": partner.name,
            "fields": form._get_page_fields(partner, values),
            "is_answered": bool(asked and asked.state == "answered"),
            "url": url,
            "errors": errors,
        }
        response = request.render("customer_care.portal_details_form", page)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        if errors:
            response.status_code = 422
        return response

    def _details_render_message(self, message, partner):
        values = {**self._prepare_portal_layout_values(), "message": message, "page_name": "care_details"}
        return request.render("customer_care.portal_details_message", values)

    def _details_render_closed(self):
        response = request.render(
            "customer_care.portal_details_message",
            {**self._prepare_portal_layout_values(), "message": "closed", "page_name": "care_details"},
        )
        response.status_code = 404
        return response
