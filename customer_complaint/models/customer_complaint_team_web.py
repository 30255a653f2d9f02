import base64
import re
import secrets

from odoo import api, fields, models
from odoo.addons.customer_care.tools import qr
from odoo.exceptions import ValidationError

KEY = re.compile(r"[a-z0-9][a-z0-9-]{2,63}")
# pages of their own below the same address
RESERVED_KEYS = ("track", "embed")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# above it, dark letters are read better; of 255
BRIGHT = 150
HOST = re.compile(r"(https?://)?(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")


class CustomerComplaintTeam(models.Model):
    """The public form of a team: its address, QR code and place in other web pages."""

    _inherit = "customer.complaint.team"

    has_web_form = fields.Boolean(
        "Public Form", help="Whoever knows the address can send a complaint to this team without login."
    )
    web_key = fields.Char(
        "Address of the Form",
        copy=False,
        help="The last part of the web address: small letters, digits and hyphens. A change makes printed "
        "codes and links of before useless.",
    )
    web_url = fields.Char("Link to the Form", compute="_compute_web_url")
    web_qr = fields.Binary("QR Code", compute="_compute_web_qr")
    web_embed_code = fields.Text("Code to Embed", compute="_compute_web_embed_code")
    web_hosts = fields.Char(
        "Embedding Sites",
        help="Web sites that may show the form in a frame, separated by blanks, e.g. www.example.com. "
        "All others are refused.",
    )
    web_introduction = fields.Html("Introduction", translate=True, help="Shown above the public form.")
    web_hourly_limit = fields.Integer(
        "Forms per Hour",
        default=30,
        help="So many complaints an hour are taken from one network address; 0: any number. A shop in which "
        "customers use the same network needs more than a home.",
    )

    _web_key_uniq = models.UniqueIndex("(web_key)", "Another team has this address already.")
    _web_hourly_limit_range = models.Constraint(
        "CHECK(web_hourly_limit BETWEEN 0 AND 100000)", "Forms per hour is a number from 0 to 100000."
    )

    @api.depends("web_key", "has_web_form")
    def _compute_web_url(self):
        base = self[:1].get_base_url()
        for team in self:
            team.web_url = f"{base}/complaint/{team.web_key}" if team.has_web_form and team.web_key else False

    @api.depends("web_url")
    def _compute_web_qr(self):
        for team in self:
            team.web_qr = team.web_url and base64.b64encode(team._get_web_qr_png())

    @api.depends("web_url", "web_hosts", "name")
    def _compute_web_embed_code(self):
        for team in self:
            team.web_embed_code = team.web_url and team.web_hosts and team._get_web_embed_code()

    @api.constrains("web_key")
    def _check_web_key(self):
        for team in self.filtered("web_key"):
            if not KEY.fullmatch(team.web_key) or team.web_key in RESERVED_KEYS:
                raise ValidationError(
                    self.env._(
                        "The address of the form is made of 3 to 64 small letters, digits and hyphens, "
                        "not of: %(key)s",
                        key=team.web_key,
                    )
                )

    @api.constrains("web_hosts")
    def _check_web_hosts(self):
        for team in self:
            for host in (team.web_hosts or "").split():
                if not HOST.fullmatch(host):
                    raise ValidationError(
                        self.env._("This is not the name of a web site: %(host)s", host=host)
                    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._fill_web_key(vals) for vals in vals_list])

    def write(self, vals):
        result = super().write(vals)
        if vals.get("has_web_form") or "web_key" in vals:
            for team in self.filtered(lambda team: team.has_web_form and not team.web_key):
                team.web_key = team._new_web_key()
        return result

    @api.model
    def _fill_web_key(self, vals):
        """Return the values of a new team with an address for its form, if it has one."""
        if vals.get("has_web_form") and not vals.get("web_key"):
            return {**vals, "web_key": self._new_web_key()}
        return vals

    @api.model
    def _new_web_key(self):
        """Return an address that nobody guesses."""
        return secrets.token_hex(6)

    def action_open_web_form(self):
        """Open the public form as a visitor sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.web_url or "/complaint", "target": "new"}

    def action_print_web_poster(self):
        """Print the sheet with the QR code."""
        return self.env.ref("customer_complaint.customer_complaint_team_report_poster").report_action(self)

    def action_print_web_card(self):
        """Print the card with the QR code, for tables, parcels and receipts."""
        return self.env.ref("customer_complaint.customer_complaint_team_report_card").report_action(self)

    def _get_web_qr_png(self):
        """Return the picture of the QR code of the form's address (singleton, PNG)."""
        self.ensure_one()
        return qr.make_png(self.web_url)

    def _get_web_qr_uri(self):
        """Return the QR code as an address that contains the picture, for printing."""
        self.ensure_one()
        return f"data:image/png;base64,{base64.b64encode(self._get_web_qr_png()).decode()}"

    def _get_web_embed_code(self):
        """Return the piece of HTML that shows the form in another page."""
        self.ensure_one()
        title = re.sub(r'[<>"&]', " ", self.name or "")
        return (
            f'<iframe src="{self.web_url}/embed" title="{title}" width="100%" height="900" '
            'style="border:0" loading="lazy"></iframe>'
        )

    def _get_web_colour(self):
        """Return the colour of the company of its documents, like #1a2b3c; False where it has none (singleton)."""
        self.ensure_one()
        colour = self.company_id.primary_color or ""
        return colour if COLOUR.fullmatch(colour) else False

    def _get_web_style(self):
        """Return the style that gives the buttons of the public pages the colour of the company (singleton)."""
        colour = self._get_web_colour()
        if not colour:
            return False
        red, green, blue = (int(colour[begin : begin + 2], 16) for begin in (1, 3, 5))
        # Source: ITU-R BT.601, how bright a colour is to the eye
        text = "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > BRIGHT else "#ffffff"
        names = ("bg", "border-color", "hover-bg", "hover-border-color", "active-bg", "active-border-color")
        colours = {**dict.fromkeys(names, colour), "color": text, "hover-color": text, "active-color": text}
        rules = ";".join(f"--btn-{name}:{value}" for name, value in colours.items())
        return f".o_complaint_public .btn-primary{{{rules}}}"

    def _get_frame_ancestors(self):
        """Return the sources of the header that says which sites may frame the form."""
        self.ensure_one()
        hosts = (self.web_hosts or "").split()
        sites = [host if host.startswith("http") else f"https://{host}" for host in hosts]
        return " ".join(["'self'", *sites])

    @api.model
    def _find_web_team(self, key):
        """Return the team whose form has this address, as superuser; empty if there is none."""
        if not KEY.fullmatch(str(key)):
            return self.sudo().browse()
        return self.sudo().search([("web_key", "=", str(key)), ("has_web_form", "=", True)])
