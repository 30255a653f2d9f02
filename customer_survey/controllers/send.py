from odoo.addons.portal.controllers import portal
from odoo.http import request, route

# above this the server refuses the request before it is read
REQUEST_SIZE = 16 * 1024


class SurveySending(portal.CustomerPortal):
    """Short links, and the page on which a customer says that he does not want to be asked any more.

    Looking changes nothing: programs that open the links of mails decide for nobody.
    """

    @route("/q/<string:code>", type="http", auth="public", website=True, methods=["GET"])
    def survey_short_link(self, code, **_kw):
        """Lead from a short link to the questions."""
        answer = request.env["survey.user_input"]._care_find_by_code(code)
        if not answer:
            return self._survey_render_stop("closed", status=404)
        lang = answer.lang_id.code
        url = answer.get_start_url()
        response = request.redirect(request.env["ir.http"]._url_for(url, lang) if lang else url)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @route("/q/no/<string:code>", type="http", auth="public", website=True, methods=["GET"])
    def survey_short_stop(self, code, **_kw):
        """Lead from a short link to the page."""
        partner = request.env["res.partner"]._care_find_by_short_stop_code(code)
        if not partner:
            return self._survey_render_stop("closed", status=404)
        response = request.redirect(f"/survey/stop/{partner._care_get_stop_key()}")
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @route("/survey/stop/<string:key>", type="http", auth="public", website=True, methods=["GET"])
    def survey_stop(self, key, **_kw):
        """Ask whether the customer means it."""
        partner = request.env["res.partner"]._care_find_by_stop_key(key)
        if not partner:
            return self._survey_render_stop("closed", status=404)
        return self._survey_render_stop("ask", partner=partner, key=key)

    # The link is the proof; mail programs that unsubscribe with one click know no token of a page.
    @route(
        "/survey/stop/<string:key>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=REQUEST_SIZE,
    )
    def survey_stop_decide(self, key, wanted="", **_post):
        """Take the decision of the customer: no more surveys, or again after all."""
        partner = request.env["res.partner"]._care_find_by_stop_key(key)
        if not partner or not partner._care_decide_on_surveys(is_wanted=bool(wanted)):
            return self._survey_render_stop("closed", status=404)
        return self._survey_render_stop("wanted" if wanted else "stopped", partner=partner, key=key)

    def _survey_render_stop(self, message, partner=None, key="", status=200):
        if partner and request.env.user._is_public():
            known = {code for code, _name in request.env["res.lang"].get_installed()}
            if partner.lang in known:
                request.update_context(lang=partner.lang)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "survey_stop",
            "message": message,
            "key": key,
        }
        response = request.render("customer_survey.portal_survey_stop", values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.status_code = status
        return response
