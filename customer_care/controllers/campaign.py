from odoo import http
from odoo.addons.portal.controllers import portal
from odoo.exceptions import UserError
from odoo.http import request

# above this the server refuses the request before it is read
REQUEST_SIZE = 64 * 1024


class CustomerCampaignPortal(portal.CustomerPortal):
    """The invited answer by the link of their mail, without login, or in the portal.

    Each page looks up as superuser what it may show, after a check of its own. Looking changes nothing: programs
    that open the links of mails answer for nobody.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "care_event_count" in counters:
            values["care_event_count"] = len(self._campaign_find_all())
        return values

    @http.route("/care/event/<string:key>", type="http", auth="public", website=True, methods=["GET"])
    def care_event(self, key, answer="", **kw):
        """Show the invitation of a link; ``answer`` only chooses beforehand."""
        one = request.env["customer.care.campaign.participant"]._find(key)
        if not one:
            return self._campaign_render_closed()
        self._campaign_use_language(one)
        return self._campaign_render(one, f"/care/event/{key}", choice=answer)

    @http.route(
        "/care/event/<string:key>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=REQUEST_SIZE,
    )
    def care_event_answer(self, key, **post):
        """Take the answer to the invitation of a link."""
        one = request.env["customer.care.campaign.participant"]._find(key)
        if not one:
            return self._campaign_render_closed()
        self._campaign_use_language(one)
        return self._campaign_answer(one, f"/care/event/{key}", post)

    @http.route("/my/care/events", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_my_events(self, **kw):
        """Show the invitations of the customer who is logged in, and of the own company."""
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "care_events",
            "participants": self._campaign_find_all(),
        }
        return request.render("customer_care.portal_my_events", values)

    @http.route(
        "/my/care/events/<int(max=2147483647):participant_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_my_event(self, participant_id, **kw):
        """Show one of the own invitations."""
        one = self._campaign_find_all().filtered(lambda row: row.id == participant_id)
        if not one:
            return request.redirect("/my/care/events")
        return self._campaign_render(one, f"/my/care/events/{one.id}")

    @http.route(
        "/my/care/events/<int(max=2147483647):participant_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        max_content_length=REQUEST_SIZE,
    )
    def portal_my_event_answer(self, participant_id, **post):
        """Take the answer to one of the own invitations."""
        one = self._campaign_find_all().filtered(lambda row: row.id == participant_id)
        if not one:
            return request.redirect("/my/care/events")
        return self._campaign_answer(one, f"/my/care/events/{one.id}", post)

    # ------------------------------------------------------------
    # What the pages are made of
    # ------------------------------------------------------------

    def _campaign_find_all(self):
        partner = request.env.user.partner_id.sudo()
        return request.env["customer.care.campaign.participant"]._find_of_portal(partner)

    def _campaign_use_language(self, one):
        """Speak the customer's language on the page of a link, unless the visitor is logged in."""
        lang = one._get_addressee().lang
        if request.env.user._is_public() and lang:
            known = [code for code, _name in request.env["res.lang"].get_installed()]
            if lang in known:
                request.update_context(lang=lang)

    def _campaign_answer(self, one, url, post):
        one = one.with_context(lang=request.env.lang)
        text = str(post.get("companions") or "0").strip()
        # 999 is refused with the number that is allowed
        companions = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 999
        try:
            one._answer(post.get("answer"), companions, post.get("remark"))
        except UserError as error:
            return self._campaign_render(one, url, error=str(error), post=post)
        return request.redirect(f"{url}?done=1")

    def _campaign_render(self, one, url, choice="", error="", post=None):
        one = one.with_context(lang=request.env.lang)
        campaign = one.campaign_id
        post = post or {}
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "care_event",
            "is_own": url.startswith("/my/"),
            "one": one,
            "campaign": campaign,
            "guest_name": one._get_addressee().name,
            "is_open": campaign._is_answerable() and one.state not in ("attended", "absent"),
            "is_full": campaign.is_limited and not campaign._get_free_seats(besides=one),
            "choice": post.get("answer") or choice,
            "companions": post.get("companions") or one.companions,
            "remark": post.get("remark") or one.remark or "",
            "is_done": bool(request.httprequest.args.get("done")) and not error,
            "url": url,
            "error": error,
        }
        response = request.render("customer_care.portal_event", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        if error:
            response.status_code = 422
        return response

    def _campaign_render_closed(self):
        response = request.render(
            "customer_care.portal_event_closed",
            {**self._prepare_portal_layout_values(), "page_name": "care_event"},
        )
        response.status_code = 404
        return response
