from odoo import http
from odoo.addons.portal.controllers import portal
from odoo.http import request

TEXT_LENGTH = 4000
OPEN_REQUESTS = 5


class CustomerPrivacyPortal(portal.CustomerPortal):
    """The customer sees and changes his consents and asks for his data, for his own contact alone.

    Portal users read none of these models: each page looks up as superuser what belongs to the own contact.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "care_privacy_count" in counters:
            values["care_privacy_count"] = 1
        return values

    @http.route("/my/care/privacy", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_my_privacy(self, done=None, **kw):
        """Show the consents and requests of the customer."""
        return request.render("customer_care.portal_my_privacy", self._privacy_get_values(done=done))

    @http.route("/my/care/privacy/consent", type="http", auth="user", website=True, methods=["POST"])
    def portal_my_privacy_consent(self, purpose="", decision="", **kw):
        """Note a decision about one purpose."""
        partner = self._privacy_get_partner()
        goal = request.env["customer.consent.purpose"]._get_by_code(str(purpose)[:64].replace("\0", ""))
        if not goal or decision not in ("yes", "no"):
            return self._privacy_refuse(request.env._("This purpose does not exist any more."))
        consents = request.env["customer.consent"].sudo()
        newest = consents.browse(consents._get_newest(partner.ids, goal.ids).values())
        refusal = "withdrawn" if newest.state == "given" else "refused"
        state = "given" if decision == "yes" else refusal
        if not (state == "refused" and newest.state in ("refused", "withdrawn")):
            consents._record(partner, goal, state, "portal")
        return request.redirect("/my/care/privacy?done=consent")

    @http.route("/my/care/privacy/contact", type="http", auth="user", website=True, methods=["POST"])
    def portal_my_privacy_contact(self, do_not_call="", **kw):
        """Note whether the customer wants calls and mails that ask."""
        self._privacy_get_partner().write({"care_do_not_call": do_not_call == "yes"})
        return request.redirect("/my/care/privacy?done=contact")

    @http.route("/my/care/privacy/request", type="http", auth="user", website=True, methods=["POST"])
    def portal_my_privacy_request(self, kind="", description="", **kw):
        """Ask for a copy, a correction, or the erasure of the own data."""
        partner = self._privacy_get_partner()
        requests = request.env["customer.privacy.request"].sudo()
        if kind not in self._privacy_get_kinds():
            return self._privacy_refuse(request.env._("Please choose what you ask for."))
        same = [("partner_id", "=", partner.id), ("state", "in", ("new", "progress"))]
        if (
            requests.search_count(same + [("kind", "=", kind)])
            or requests.search_count(same) >= OPEN_REQUESTS
        ):
            return self._privacy_refuse(
                request.env._("You have asked for this already. We are working on it.")
            )
        company = partner.company_id or request.env.company
        responsible = requests._find_responsible(partner, company)
        requests.create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "kind": kind,
                "description": str(description).replace("\0", "").strip()[:TEXT_LENGTH],
                "user_id": responsible.id,
                "identity_method": request.env._("Logged in to the customer portal"),
                "is_from_portal": True,
            }
        )
        return request.redirect("/my/care/privacy?done=request")

    @http.route(
        "/my/care/privacy/download/<int(max=2147483647):request_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_my_privacy_download(self, request_id, **kw):
        """Hand the copy of the data to the customer it is about, once the request is answered."""
        found = (
            request.env["customer.privacy.request"]
            .sudo()
            .search([("id", "=", request_id), ("partner_id", "=", self._privacy_get_partner().id)])
        )
        if not found.export_attachment_id or found.state != "done":
            return request.redirect("/my/care/privacy")
        stream = request.env["ir.binary"]._get_stream_from(found.export_attachment_id)
        return stream.get_response(as_attachment=True)

    def _privacy_get_partner(self):
        """Return the own contact of who is logged in, as superuser: never that of the company."""
        return request.env.user.partner_id.sudo()

    def _privacy_get_kinds(self):
        model = request.env["customer.privacy.request"]
        return dict(model._fields["kind"]._description_selection(request.env))

    def _privacy_get_values(self, done=None, error=None):
        partner = self._privacy_get_partner()
        purposes = request.env["customer.consent.purpose"].sudo().search([])
        consents = request.env["customer.consent"].sudo()
        newest = consents._get_newest(partner.ids, purposes.ids)
        rows = []
        for purpose in purposes:
            consent = consents.browse(newest.get((partner.id, purpose.id), []))
            allowed = (
                consent.state == "given" and not consent.is_expired if consent else not purpose.is_opt_in
            )
            rows.append({"purpose": purpose, "consent": consent, "is_allowed": allowed})
        texts = {
            "consent": request.env._("Your choice has been saved."),
            "contact": request.env._("Your choice has been saved."),
            "request": request.env._("Thank you. We have received your request and will answer you."),
        }
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "care_privacy",
            "rows": rows,
            "is_do_not_call": partner.care_do_not_call,
            "requests": request.env["customer.privacy.request"]
            .sudo()
            .search([("partner_id", "=", partner.id)], order="id desc", limit=20),
            "kinds": self._privacy_get_kinds(),
            "message": texts.get(done),
            "error": error,
        }

    def _privacy_refuse(self, error):
        response = request.render("customer_care.portal_my_privacy", self._privacy_get_values(error=error))
        response.status_code = 422
        return response
