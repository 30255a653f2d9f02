from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL
from odoo.tools.misc import clean_context

from ..fields import Reference
from ..tools.insert import insert

# What a row consists of; not given, a value is empty.
COLUMNS = ("partner_id", "kind", "summary", "date", "res_model", "res_id", "user_id", "company_id")


class CustomerCareEvent(models.Model):
    """The timeline of a customer: append-only, written by code alone through ``_log``."""

    _name = "customer.care.event"
    _description = "Customer Timeline"
    _inherit = ["customer.care.link.mixin"]
    _order = "date desc, id desc"
    _rec_name = "summary"
    # Who and when is in the row itself.
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
    )
    company_id = Reference("res.company", readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    kind = fields.Selection(
        selection=[
            ("note", "Note"),
            ("responsible_changed", "Responsible changed"),
            ("callback_planned", "Callback planned"),
            ("callback_done", "Callback made"),
            ("callback_no_answer", "Callback not answered"),
            ("callback_wrong_number", "Callback to a wrong number"),
            ("callback_refused", "Callback refused"),
            ("callback_missed", "Callback given up"),
            ("callback_cancelled", "Callback cancelled"),
            ("callback_reopened", "Callback reopened"),
            ("callback_blocked", "Callback not allowed"),
            ("campaign_invited", "Invited to a campaign"),
            ("campaign_accepted", "Accepted an invitation"),
            ("campaign_waiting", "Put on a waiting list"),
            ("campaign_declined", "Declined an invitation"),
            ("campaign_attended", "Attended a campaign"),
            ("campaign_absent", "Did not come to a campaign"),
            ("callback_moved", "Callback moved to another time"),
            ("callback_letter", "Letter after unanswered calls"),
            ("callback_mail", "Mail after unanswered calls"),
            ("contact_logged", "Contact noted"),
            ("greeting_sent", "Greeting sent"),
            ("gift_given", "Gift handed over"),
            ("approval_requested", "Approval requested"),
            ("plan_approved", "Care plan approved"),
            ("plan_started", "Care plan started"),
            ("plan_changed", "Care plan changed"),
            ("plan_sent_back", "Care plan sent back"),
            ("plan_cancelled", "Care plan cancelled"),
            ("plan_evaluated", "Care plan evaluated"),
            ("plan_closed", "Care plan closed"),
            ("measure_done", "Measure of a care plan done"),
            ("grade_changed", "Grade changed"),
            ("grade_rejected", "Change of grade rejected"),
            ("lifecycle_changed", "Life-cycle stage changed"),
            ("assessed", "Assessed"),
            ("need_added", "Need noted"),
            ("record_verified", "Record verified"),
            ("details_asked", "Asked to check the details"),
            ("details_proposed", "Details proposed by the customer"),
            ("details_accepted", "Proposed details accepted"),
            ("consent_given", "Consent given"),
            ("consent_refused", "Consent refused"),
            ("consent_withdrawn", "Consent withdrawn"),
            ("do_not_call_set", "Does not want to be contacted"),
            ("do_not_call_lifted", "May be contacted again"),
            ("privacy_requested", "Request about personal data"),
            ("data_exported", "Personal data handed over"),
            ("data_erased", "Personal data erased"),
        ],
        required=True,
        readonly=True,
    )
    summary = fields.Char(readonly=True)
    user_id = Reference("res.users", string="By", readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True)

    _date_idx = models.Index("(date DESC, id DESC)")
    _partner_date_idx = models.Index("(partner_id, date DESC, id DESC)")
    _family_date_idx = models.Index("(commercial_partner_id, date DESC, id DESC)")
    _document_idx = models.Index("(res_model, res_id)")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The timeline is written by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if vals:
            raise AccessError(self.env._("The timeline cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_user(self):
        if not self.env.su:
            raise AccessError(self.env._("The timeline cannot be deleted."))

    @api.model
    def _forget(self, column, ids):
        """Empty a column where it names records that are deleted: ``company_id`` or ``user_id``."""
        self.env.cr.execute(
            SQL(
                "UPDATE customer_care_event SET %(column)s = NULL WHERE %(column)s = ANY(%(ids)s)",
                column=SQL.identifier(column),
                ids=list(ids),
            )
        )
        self.invalidate_model([column])

    @api.model
    def _log(self, vals_list):
        """Append rows in one batch, as superuser; rows without a customer are dropped.

        >>> env["customer.care.event"]._log([{"partner_id": partner.id, "kind": "note", "summary": "C00012"}])

        :param vals_list: dicts with ``partner_id``, ``kind`` and as known ``summary`` (names and figures
            only, so that it needs no translation), ``date``, ``res_model``, ``res_id``, ``user_id``,
            ``company_id``
        :return: the new records, as superuser
        """
        # A default_date in a client's context must not forge a date.
        context = clean_context(self.env.context)
        model = self.with_context(context).sudo()  # pylint: disable=context-overridden
        vals_list = [vals for vals in vals_list if vals.get("partner_id")]
        fresh = {**dict.fromkeys(COLUMNS), "user_id": self.env.uid, "date": fields.Datetime.now()}
        partners = model.env["res.partner"].browse([vals["partner_id"] for vals in vals_list])
        return insert(
            model,
            [
                {**fresh, **vals, "commercial_partner_id": partner.commercial_partner_id.id}
                for vals, partner in zip(vals_list, partners, strict=True)
            ],
        )
