import hashlib
import re

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.base.models.res_partner import _lang_get
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import consteq, email_normalize, formataddr, plaintext2html

from . import identity_fields as masked

# Only the program sets these; a new complaint has none of them.
DOOR_FIELDS = (
    "probable_partner_id",
    "forwarded_by",
    "previous_id",
    "signature",
    "signed_by",
    "signed_datetime",
    "signed_digest",
    "solution_answer",
    "answer_ids",
)
CHOICES = ("kind", "channel", "severity", "urgency")
STAFF = "base.group_user"


class CustomerComplaintWeb(models.Model):
    """Complaints of visitors: who they say they are, and how they find their complaint again."""

    _inherit = "customer.complaint"

    contact_name = masked.Char(
        "Name Given", groups=STAFF, help="How the sender calls himself, while it is not known who he is."
    )
    contact_lang = fields.Selection(
        _lang_get, "Language Used", groups=STAFF, help="In which the sender wrote; he is answered in it."
    )
    probable_partner_id = masked.Many2one(
        "res.partner",
        "Probable Customer",
        readonly=True,
        copy=False,
        groups=STAFF,
        index="btree_not_null",
        help="To whom the address given belongs. Anybody could have typed it: ask before you confirm.",
    )

    def action_confirm_customer(self):
        """Make the probable customer the customer."""
        self.check_access("write")
        for complaint in self.filtered(lambda complaint: complaint.probable_partner_id):
            partner = complaint.probable_partner_id
            complaint.sudo().probable_partner_id = False
            complaint.partner_id = partner
        return True

    def action_dismiss_customer(self):
        """Forget the probable customer."""
        self.check_access("write")
        self.sudo().probable_partner_id = False
        return True

    def _check_code_only(self, names):
        names = list(names)
        guarded = sorted({*DOOR_FIELDS}.intersection(names))
        if guarded and not self.env.su:
            raise AccessError(
                self.env._("These fields are set by the program alone: %(fields)s", fields=", ".join(guarded))
            )
        return super()._check_code_only(names)

    def _fill_defaults(self, vals_list):
        """Leave no room for defaults of a client's context in what only the program sets."""
        self._check_choices(vals_list)
        fresh = {name: [] if name == "answer_ids" else False for name in DOOR_FIELDS}
        return super()._fill_defaults([{**fresh, **vals} for vals in vals_list])

    def _check_choices(self, vals_list):
        """Refuse choices that do not exist: other systems send them, and computations trust them.

        :raises ValidationError: names field and value
        """
        for name in CHOICES:
            known = dict(self._fields[name].selection)
            for vals in vals_list:
                value = vals.get(name)
                if value and not (isinstance(value, str) and value in known):
                    raise ValidationError(
                        self.env._(
                            "This is no value of %(field)s: %(value)s", field=name, value=str(value)[:80]
                        )
                    )

    # Intake

    @api.model
    def _web_register(self, team, texts, partner=None):
        """Register what a visitor sent with the public form of ``team`` and return the complaint.

        Whose address it is, is looked up but neither told nor taken for granted: anybody can type it.

        :param texts: dict of ``name description kind category_id contact_name email phone lang``, checked, and
            ``external_reference`` where it is registered once under that
        :param partner: of the visitor, if he is logged in
        """
        company = team.company_id
        complaints = (
            self._get_web_registrar().with_company(company).with_context(mail_create_nosubscribe=True)
        )
        return complaints.create(self._prepare_web_vals(team, texts, partner))

    @api.model
    def _get_web_registrar(self):
        """Return complaints as whoever registers what this visitor sends, with all rights.

        Nobody knows a "Public user": what the program says about a visitor's complaint, it says in its own name.
        """
        return self.with_user(SUPERUSER_ID) if self.env.user._is_public() else self.sudo()

    @api.model
    def _prepare_web_vals(self, team, texts, partner=None):
        """Return the values of a complaint made with the public form. Override to ask for more."""
        email = email_normalize(texts["email"])
        values = {
            "name": texts["name"],
            "description": plaintext2html(texts["description"]),
            "kind": texts["kind"] or "complaint",
            "category_id": texts["category_id"],
            "team_id": team.id,
            "company_id": team.company_id.id,
            "channel": "web",
            "contact_name": texts["contact_name"] or False,
            "contact_lang": texts["lang"],
            "email_from": formataddr((texts["contact_name"], email)) if email else False,
            "phone": texts["phone"] or False,
            "external_reference": texts.get("external_reference") or False,
        }
        if partner:
            return {**values, "partner_id": partner.id}
        probable = self.sudo()._complaint_find_customer(email, team.company_id)
        return {**values, "probable_partner_id": probable.id}

    def _get_author_address(self):
        """Return name and address for messages of a customer who is no contact of ours (singleton).

        Who left no address is named with one of ours, which messages need to be sent.
        """
        self.ensure_one()
        complaint = self.sudo()
        company = complaint.company_id
        address = (
            email_normalize(complaint.email_from or "")
            or email_normalize(company.email or "")
            or company.catchall_email
            or self.env.ref("base.partner_root").sudo().email_normalized
        )
        name = complaint.contact_name or complaint.partner_id.name or self.env._("Visitor")
        return formataddr((name, address)) if address else False

    # Following

    def _get_tracking_code(self):
        """Return what, with the number, opens the complaint without login (singleton): "3F2A-91BC-07DE".

        It follows from the link's secret, so that a new link makes old codes useless. Empty for who does not know the
        complainant.
        """
        self.ensure_one()
        if self._hides_identity():
            return ""
        digest = hashlib.sha256(f"tracking:{self.sudo()._portal_ensure_token()}".encode()).hexdigest()
        return "-".join(digest[begin : begin + 4].upper() for begin in (0, 4, 8))

    @api.model
    def _find_by_tracking(self, number, code):
        """Return the complaint with this number and tracking code, as superuser; empty if there is none."""
        nothing = self.sudo().browse()
        code = re.sub(r"[\s-]", "", code).upper()
        if not number or len(number) > 64:
            return nothing
        # archived ones too: their link holds as well; each company may have this number
        found = nothing.with_context(active_test=False).search(
            [("number", "in", (number, number.upper()))], limit=20
        )
        for complaint in found:
            if complaint.access_token and consteq(
                complaint._get_tracking_code().replace("-", "").encode(), code.encode()
            ):
                return complaint
        return nothing

    def _complaint_get_lang(self):
        self.ensure_one()
        return self.partner_id.lang or self.sudo().contact_lang or super()._complaint_get_lang()
