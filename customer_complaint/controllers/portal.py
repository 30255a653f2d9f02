import re

from odoo import http
from odoo.addons.portal.controllers import portal
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq, plaintext2html

from ..models.customer_complaint_stage import OPEN_PHASES
from . import complaint_form as form

COMPLAINTS_PER_HOUR = 10


class CustomerPortal(portal.CustomerPortal):
    """Complaints of the customer who is logged in or holds a link.

    The pages also show stages, deadlines and offers, which portal users cannot read: each page looks up the
    complaint as superuser after a check of its own.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            values["complaint_count"] = (
                request.env["customer.complaint"].sudo().search_count(self._complaint_get_own_domain())
            )
        return values

    # ------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_complaints(self, page=1, sortby=None, filterby=None, search="", search_in="all", **kw):
        """List the own complaints."""
        complaints = request.env["customer.complaint"].sudo()
        sortings, filters, inputs = (
            self._complaint_get_sortings(),
            self._complaint_get_filters(),
            self._complaint_get_search_inputs(),
        )
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        search_in = search_in if search_in in inputs else "all"
        search = search.replace("\0", "").strip()[: form.NAME_LENGTH]
        domain = self._complaint_get_own_domain() & filters[filterby]["domain"]
        if search:
            domain &= Domain.OR(Domain(name, "ilike", search) for name in inputs[search_in]["fields"])
        pager = portal.pager(
            url="/my/complaints",
            url_args={"sortby": sortby, "filterby": filterby, "search": search, "search_in": search_in},
            total=complaints.search_count(domain),
            page=min(int(page), 10**6) if re.fullmatch("[0-9]{1,9}", str(page)) else 1,
            step=self._items_per_page,
        )
        found = complaints.search(
            domain,
            order=sortings[sortby]["order"],
            limit=self._items_per_page,
            offset=max(pager["offset"], 0),
        )
        request.session["my_complaints_history"] = found.ids[:100]
        values = self._prepare_portal_layout_values()
        values.update(
            complaints=found,
            page_name="complaint",
            pager=pager,
            default_url="/my/complaints",
            searchbar_sortings=sortings,
            sortby=sortby,
            searchbar_filters=filters,
            filterby=filterby,
            searchbar_inputs=inputs,
            search_in=search_in,
            search=search,
        )
        return request.render("customer_complaint.portal_my_complaints", values)

    # the largest id the database can hold; beyond it there is no page
    @http.route("/my/complaints/<int(max=2147483647):complaint_id>", type="http", auth="public", website=True)
    def portal_my_complaint(self, complaint_id, access_token=None, **kw):
        """Show one complaint to its customer or to whoever holds its link."""
        complaint = self._complaint_find(complaint_id, access_token)
        if not complaint:
            return request.redirect("/my")
        main = complaint.merged_into_id
        if main:
            # the customer's link leads on, it is of the same customer; all others must be allowed to see that one too
            is_seen = self._complaint_is_link(complaint, access_token) or self._complaint_find(main.id)
            return request.redirect(main.get_portal_url() if is_seen else "/my")
        return self._complaint_render(complaint, **kw)

    @http.route("/my/complaints/new", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_complaint_form(self, **kw):
        """Show the empty form."""
        return self._complaint_render_form({}, [])

    @http.route(
        "/my/complaints/new",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        max_content_length=form.REQUEST_SIZE,
    )
    def portal_complaint_create(self, **post):
        """Register what the customer wrote, or show it again with what is wrong about it."""
        texts = form.read_texts(post, ("name", "description", "category_id", "kind"))
        files = form.read_files(request.httprequest)
        reference = form.get_reference(post, 0, texts, files)
        complaint = form.find_registered(request.env, reference)
        if not complaint:
            errors = self._complaint_check_form(texts, files)
            if errors:
                return self._complaint_render_form(texts, errors)
            complaint = self._complaint_create(texts, files, reference)
        return request.redirect(f"{complaint.access_url}?new=1", code=303)

    # ------------------------------------------------------------
    # What the pages are made of
    # ------------------------------------------------------------

    def _complaint_get_own_domain(self):
        """Give the domain of what a customer may see: his own, by setting those of his colleagues too."""
        return request.env["customer.complaint"]._portal_get_domain(request.env.user.partner_id)

    def _complaint_get_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "received_datetime desc, id desc"},
            "name": {"label": request.env._("Title"), "order": "name, id desc"},
            "number": {"label": request.env._("Number"), "order": "number desc, id desc"},
        }

    def _complaint_get_filters(self):
        is_open = Domain("phase", "in", OPEN_PHASES)
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "open": {"label": request.env._("Open"), "domain": is_open},
            "closed": {"label": request.env._("Finished"), "domain": ~is_open},
        }

    def _complaint_get_search_inputs(self):
        return {
            "all": {
                "input": "all",
                "label": request.env._("Search in All"),
                "fields": ("number", "name"),
            },
            "number": {"input": "number", "label": request.env._("Search in Number"), "fields": ("number",)},
            "name": {"input": "name", "label": request.env._("Search in Title"), "fields": ("name",)},
        }

    def _complaint_find(self, complaint_id, access_token=None):
        """Give the complaint as superuser if the visitor may see it, else None.

        That is its customer, an employee with the right to read it, or who holds its link.
        """
        complaint = request.env["customer.complaint"].sudo().browse(complaint_id).exists()
        if not complaint:
            return None
        user = request.env.user
        if self._complaint_is_link(complaint, access_token):
            return complaint
        if user._is_public():
            return None
        if user.share:
            return complaint if complaint._portal_is_allowed(user.partner_id) else None
        seen = complaint.with_user(user)
        return complaint if seen.has_access("read") and not seen._hides_identity() else None

    def _complaint_is_link(self, complaint, access_token):
        """Tell whether the visitor holds the secret of the complaint's link."""
        token = complaint.access_token
        # bytes, because a comparison of texts fails on letters outside of ASCII
        return bool(access_token and token) and consteq(str(access_token).encode(), token.encode())

    def _complaint_render(self, complaint, error=None, **kw):
        # the thread wants the link even of the owner, whose right to read is none to post
        token = complaint._portal_ensure_token()
        acts = complaint._portal_get_acts() if self._complaint_may_act() else set()
        values = self._get_page_view_values(
            complaint,
            token,
            {
                "page_name": "complaint",
                "complaint": complaint,
                "timeline": complaint._portal_get_timeline(),
                "offers": complaint._portal_get_offers(),
                "is_new": bool(kw.get("new")),
                "acts": acts,
                "act_error": error,
                "is_visitor": request.env.user._is_public(),
                "person": complaint._get_person(),
            },
            "my_complaints_history",
            False,
            **{key: kw[key] for key in ("pid", "hash") if key in kw},
        )
        response = request.render("customer_complaint.portal_my_complaint", values)
        if error:
            response.status_code = 422
        return response

    def _complaint_may_act(self):
        """Tell whether the visitor can decide as a customer: employees look, they do not sign for others."""
        return not request.env.user._is_internal()

    def _complaint_render_form(self, texts, errors):
        values = self._prepare_portal_layout_values()
        values.update(page_name="complaint_new", errors=errors, **form.get_form_values(request.env, texts))
        response = request.render("customer_complaint.portal_complaint_form", values)
        if errors:
            response.status_code = 422
        return response

    def _complaint_check_form(self, texts, files):
        """Give the messages about what is wrong with the form, in the visitor's language."""
        env = request.env
        errors = form.check_texts(env, texts) + form.check_files(env, files)
        if not errors and self._complaint_is_flood():
            errors.append(
                env._("You have sent many complaints within an hour. Please write into one of them instead.")
            )
        return errors

    def _complaint_is_flood(self):
        since = "-1H"
        domain = Domain("create_uid", "=", request.env.uid) & Domain("create_date", ">=", since)
        complaints = request.env["customer.complaint"].sudo()
        return complaints.search_count(domain, limit=COMPLAINTS_PER_HOUR) >= COMPLAINTS_PER_HOUR

    def _prepare_complaint_vals(self, texts):
        """Give the values of a complaint made on the portal. Override to ask for more."""
        partner = request.env.user.partner_id
        return {
            "name": texts["name"],
            "description": plaintext2html(texts["description"]),
            "kind": texts["kind"] or "complaint",
            "category_id": form.find_category(request.env, texts["category_id"]).id,
            "partner_id": partner.id,
            "email_from": partner.email_formatted or False,
            "channel": "portal",
            "company_id": request.env.company.id,
        }

    def _complaint_create(self, texts, files, reference):
        complaints = request.env["customer.complaint"].sudo().with_context(mail_create_nosubscribe=True)
        complaint = complaints.create(
            {**self._prepare_complaint_vals(texts), "external_reference": reference}
        )
        if files:
            complaint.message_post(
                body=request.env._("Files of the customer"),
                author_id=request.env.user.partner_id.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachments=files,
            )
        return complaint
