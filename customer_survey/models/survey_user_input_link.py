import base64

from odoo import api, fields, models
from odoo.addons.customer_care.tools import qr
from odoo.addons.customer_care.tools.answers import RELOAD, notify
from odoo.exceptions import AccessError, UserError
from odoo.tools import consteq

from ..tools import links


class SurveyUserInput(models.Model):
    """Invitations that people deliver: a link or QR code that is handed over, a call in which is asked."""

    _inherit = "survey.user_input"

    care_user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Who of us rings the customer or hands over the link.",
    )
    care_phone = fields.Char(string="Phone", compute="_compute_care_phone", compute_sudo=True)
    care_short_url = fields.Char(
        string="Short Link", compute="_compute_care_short_url", groups="customer_care.group_care_user"
    )
    care_qr = fields.Binary(
        string="QR Code", compute="_compute_care_qr", groups="customer_care.group_care_user"
    )

    @api.depends("partner_id.phone", "partner_id.commercial_partner_id.phone")
    def _compute_care_phone(self):
        for answer in self:
            answer.care_phone = answer.partner_id.phone or answer.partner_id.commercial_partner_id.phone

    @api.depends("access_token")
    def _compute_care_short_url(self):
        for answer in self:
            answer.care_short_url = answer._care_get_short_url() if answer.care_rule_id else False

    @api.depends("care_short_url")
    def _compute_care_qr(self):
        for answer in self:
            url = answer.care_short_url
            answer.care_qr = url and base64.b64encode(qr.make_png(url))

    # The short link

    def _care_get_short_url(self):
        """Return the short address of the customer's link (singleton), for text messages and QR codes."""
        answer = self.sudo()
        return f"{self.get_base_url()}/q/{links.make_code(answer._origin.id, answer.access_token)}"

    def _care_get_qr_uri(self):
        """Return the QR code as an address that contains the picture (singleton), for printing."""
        return f"data:image/png;base64,{base64.b64encode(qr.make_png(self._care_get_short_url())).decode()}"

    @api.model
    def _care_find_by_code(self, code):
        """Return the invitation (superuser) of a short link; empty when there is none."""
        nothing = self.sudo().browse()
        number, secret = links.split_code(code) or (0, "")
        answer = nothing.browse(number).exists()
        if not answer.access_token or not consteq(links.shorten(answer.access_token), secret):
            return nothing
        return answer

    def action_care_show_link(self):
        """Show link and QR code of one invitation, to be copied or scanned."""
        self.ensure_one()
        self._care_check_delivered()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link and QR Code"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("customer_survey.survey_user_input_view_form_link").id, "form")],
            "target": "new",
        }

    def action_care_print_cards(self):
        """Print a card with the QR code for each customer, to be handed over.

        :raises UserError: none of the links works
        """
        answers = self._care_check_delivered().filtered(
            lambda answer: answer.care_rule_id and answer.care_status in self._care_get_linked_statuses()
        )
        if not answers:
            raise UserError(self.env._("None of these links can be answered any more."))
        report = self.env.ref("customer_survey.survey_user_input_report_card")
        return report.report_action(self.browse(answers.ids), config=False)

    @api.model
    def _care_get_linked_statuses(self):
        """Return the statuses in which the link leads to the questions."""
        return ("to_send", "to_hand_over", "to_call", "sent", "bounced", "partial")

    def action_care_handed_over(self):
        """Note that links were handed over: the customers have them from now on.

        :raises UserError: none of them is to be handed over
        """
        answers = self._care_check_delivered().filtered(lambda answer: answer.care_status == "to_hand_over")
        if not answers:
            raise UserError(self.env._("None of these links waits to be handed over."))
        answers._care_mark("invitation")
        return notify(self.env._("Links handed over: %(count)s", count=len(answers)), "success", RELOAD)

    def _care_check_delivered(self):
        """Return the invitations as superuser, for members of the customer care who may see them.

        Specialists see those that are to be handed over or asked by phone.

        :raises AccessError: for all others
        """
        if not self.env.user.has_group("customer_care.group_care_user"):
            raise AccessError(self.env._("Only the customer care delivers surveys."))
        self.check_access("read")
        return self.sudo()

    # Calls

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        for answer in answers.filtered(
            lambda one: one.care_rule_id and one.care_channel in ("phone", "link")
        ):
            document = answer._care_get_document()
            user = document._care_get_responsible() or answer.partner_id._care_get_responsible()
            answer.care_user_id = user[:1]
        return answers

    def action_care_take(self):
        """Take over who is to be asked by phone.

        :raises UserError: nobody is left to be asked
        """
        calls = self._care_check_delivered().filtered(
            lambda answer: answer.care_status in ("to_call", "to_hand_over")
        )
        if not calls:
            raise UserError(self.env._("None of these customers is to be asked by phone any more."))
        calls.care_user_id = self.env.user
        return notify(self.env._("You ask these customers: %(count)s", count=len(calls)), "success", RELOAD)
