import time

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import consteq, hmac

from . import complaint_form as form

# as the form names it to the captcha
CAPTCHA = "customer_complaint"
MAIL_PER_HOUR = 5
LOOKUPS_PER_HOUR = 20
# so long an embedded form can be left open
EMBED_SECONDS = 12 * 3600
FIELDS = ("name", "description", "category_id", "kind", "contact_name", "email", "phone", "consent")


class PublicComplaint(http.Controller):
    """The form with which anybody sends a complaint, and the page to find it again, without login.

    Neither tells anything that the visitor did not bring himself.
    """

    @http.route("/complaint", type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def complaint_teams(self, **kw):
        """Lead to the form of the only team that has one, else let choose."""
        teams = (
            request.env["customer.complaint.team"]
            .sudo()
            .search([("has_web_form", "=", True), ("company_id", "=", request.env.company.id)])
        )
        if len(teams) == 1:
            return request.redirect(f"/complaint/{teams.web_key}")
        return self._render("customer_complaint.public_complaint_teams", {"teams": teams})

    @http.route(
        ["/complaint/<string:key>", "/complaint/<string:key>/embed"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def complaint_form(self, key, **kw):
        """Show the empty form of a team."""
        team = request.env["customer.complaint.team"]._find_web_team(key)
        if not team:
            raise request.not_found()
        partner = self._get_partner()
        texts = {
            "contact_name": partner.name or "",
            "email": partner.email or "",
            "phone": partner.phone or "",
        }
        return self._render_form(team, texts, [])

    @http.route(
        "/complaint/<string:key>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=form.REQUEST_SIZE,
        sitemap=False,
    )
    def complaint_send(self, key, **post):
        """Register what the visitor wrote, or show it again with what is wrong about it."""
        return self._take(key, post)

    @http.route(
        "/complaint/<string:key>/embed",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        # In a frame of another site the browser sends no cookie, which the check of Odoo lives by. The visitor
        # is nobody there, so nobody can be made to send in another's name; a signed time stands in for it.
        csrf=False,
        max_content_length=form.REQUEST_SIZE,
        sitemap=False,
    )
    def complaint_send_embedded(self, key, **post):
        """Register what was written in the form inside of another web page."""
        return self._take(key, post)

    @http.route("/complaint/track", type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def complaint_track(self, **kw):
        """Ask for number and tracking code."""
        return self._render("customer_complaint.public_complaint_track", {"error": None, "number": ""})

    @http.route(
        "/complaint/track",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=64 * 1024,
        sitemap=False,
    )
    def complaint_find(self, **post):
        """Lead to the complaint; whatever is wrong gets the same answer."""
        texts = form.read_texts(post, ("number", "code"))
        env = request.env
        attempts = [("lookup", request.httprequest.remote_addr, LOOKUPS_PER_HOUR)]
        error, status = env._("No complaint has this number with this code."), 422
        if env["customer.complaint.intake"].sudo()._is_too_many(attempts):
            error, status = env._("Too many attempts. Please try again in an hour."), 429
        else:
            complaint = env["customer.complaint"]._find_by_tracking(texts["number"], texts["code"])
            if complaint:
                return request.redirect(complaint.get_portal_url(), code=303)
        values = {"error": error, "number": texts["number"][:64]}
        return self._render("customer_complaint.public_complaint_track", values, status)

    # ------------------------------------------------------------
    # What the pages are made of
    # ------------------------------------------------------------

    def _take(self, key, post):
        team = request.env["customer.complaint.team"]._find_web_team(key)
        if not team:
            raise request.not_found()
        texts = form.read_texts(post, FIELDS)
        # only a program fills in what nobody sees: it is told that all is well
        if post.get("website"):
            return self._render("customer_complaint.public_complaint_thanks", {"team": team})
        files = form.read_files(request.httprequest)
        errors = self._check(team, texts, files, post)
        if errors:
            return self._render_form(team, texts, errors, 422)
        reference = form.get_reference(post, team.id, texts, files)
        complaint = form.find_registered(request.env, reference)
        # what was sent twice was checked the first time; no captcha can be used again
        error = not complaint and self._check_captcha()
        if error:
            return self._render_form(team, texts, [error], 422)
        if not complaint and self._is_too_many(team, texts):
            error = request.env._(
                "Too many complaints were sent from here within an hour. Please try again later, or call us."
            )
            return self._render_form(team, texts, [error], 429)
        complaint = complaint or self._register(team, texts, files, reference)
        if self._is_embedded():
            return self._render(
                "customer_complaint.public_complaint_thanks", {"team": team, "complaint": complaint}
            )
        return request.redirect(complaint.get_portal_url(query_string="&new=1"), code=303)

    def _check(self, team, texts, files, post):
        env = request.env
        errors = form.check_texts(env, texts) + form.check_contact(env, texts) + form.check_files(env, files)
        if team.company_id.care_complaint_privacy and not texts["consent"]:
            errors.append(env._("Please agree to the privacy note."))
        if self._is_embedded() and not self._is_stamp_valid(team, str(post.get("stamp") or "")):
            errors.append(env._("The form was open for too long. Please send it again."))
        return errors

    def _check_captcha(self):
        """Return what to tell somebody who did not pass the captcha; False if he did or none is configured.

        The installed addon of Odoo for captchas checks it. Here and not as an option of the route, because the visitor
        shall read why, and find what he wrote.
        """
        env = request.env
        try:
            env["ir.http"]._verify_request_recaptcha_token(CAPTCHA)
        except UserError:
            return env._(
                "We could not make sure that you are not a program. Please send it again; if that does not help, "
                "call us or write an e-mail."
            )
        return False

    def _is_too_many(self, team, texts):
        attempts = [
            (f"address:{team.id}", request.httprequest.remote_addr, team.web_hourly_limit),
            ("mail", texts["email"], MAIL_PER_HOUR),
        ]
        return request.env["customer.complaint.intake"].sudo()._is_too_many(attempts)

    def _register(self, team, texts, files, reference):
        category = form.find_category(request.env, texts["category_id"])
        values = {
            **texts,
            "category_id": category.id,
            "lang": request.env.lang,
            "external_reference": reference,
        }
        partner = self._get_partner()
        complaint = request.env["customer.complaint"]._web_register(team, values, partner)
        if files:
            complaint.message_post(
                body=request.env._("Files of the customer"),
                author_id=partner.id or False,
                email_from=complaint._get_author_address(),
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachments=files,
            )
        return complaint

    def _get_partner(self):
        """Give the customer who is logged in, as superuser; empty for visitors and employees."""
        user = request.env.user
        return user.partner_id.sudo() if user._is_portal() else request.env["res.partner"].sudo()

    def _is_embedded(self):
        return request.httprequest.path.endswith("/embed")

    def _render_form(self, team, texts, errors, status=200):
        is_embedded = self._is_embedded()
        values = {
            "team": team,
            "errors": errors,
            "is_embedded": is_embedded,
            "action": f"/complaint/{team.web_key}{'/embed' if is_embedded else ''}",
            "stamp": self._get_stamp(team, int(time.time())) if is_embedded else None,
            "privacy": team.company_id.care_complaint_privacy,
            **form.get_form_values(request.env, texts),
        }
        return self._render("customer_complaint.public_complaint_form", values, status)

    def _render(self, template, values, status=200):
        """Show a page that only the sites of the team may frame, and only where it is made for that."""
        team = values.get("team")
        is_embedded = self._is_embedded()
        values = {"is_embedded": is_embedded, **values}
        response = request.render(template, values)
        ancestors = team._get_frame_ancestors() if team and is_embedded else "'self'"
        response.headers["Content-Security-Policy"] = f"frame-ancestors {ancestors}"
        if not is_embedded:
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.status_code = status
        return response

    def _get_stamp(self, team, moment):
        secret = hmac(request.env(su=True), "customer_complaint_form", f"{team.id}:{moment}")
        return f"{moment}-{secret}"

    def _is_stamp_valid(self, team, stamp):
        moment = stamp.partition("-")[0]
        if not (moment.isascii() and moment.isdecimal() and len(moment) < 12):
            return False
        age = time.time() - int(moment)
        return consteq(stamp.encode(), self._get_stamp(team, moment).encode()) and -60 < age < EMBED_SECONDS
