from odoo import api, fields, models
from odoo.exceptions import ValidationError

from . import identity_fields as masked
from .customer_complaint import EARLIEST_YEAR, STAFF
from .customer_complaint_flow import Missing

EXPECTATIONS = [
    ("refund", "Refund"),
    ("replacement", "Replacement"),
    ("repair", "Repair"),
    ("apology", "Apology"),
    ("explanation", "Explanation"),
    ("other", "Other"),
]
LARGEST_CLAIM = 10**15


class CustomerComplaintMatter(models.Model):
    """What a complaint is about: what happened and when, what is wanted, who speaks, what it refers to."""

    _inherit = "customer.complaint"

    happened_datetime = fields.Datetime(string="Happened on", copy=False, groups=STAFF)
    expectation_kind = fields.Selection(EXPECTATIONS, string="Customer Wants", groups=STAFF)
    expectation = fields.Text(string="Wish in Detail", groups=STAFF)
    claimed_amount = fields.Monetary(currency_field="claimed_currency_id", groups=STAFF)
    claimed_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the Claim",
        compute="_compute_claimed_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        groups=STAFF,
    )
    product_ref = fields.Char(string="Product or Serial Number", groups=STAFF)
    order_ref = masked.Char(string="Order or Contract", groups=STAFF)
    reference = masked.Reference(
        lambda self: self._selection_reference(), string="Related Document", copy=False, groups=STAFF
    )
    source_reference = fields.Char(
        copy=False,
        tracking=True,
        groups=STAFF,
        help="Under which number the source keeps the complaint. A regulator's number is required.",
    )
    is_source_regulator = fields.Boolean(related="source_id.is_regulator", groups=STAFF)
    is_anonymous = fields.Boolean("Anonymous", help="The complainant does not want to be named or answered.")
    is_on_behalf = fields.Boolean(
        string="On Behalf of the Customer", groups=STAFF, help="Somebody else speaks for the customer."
    )
    representative_name = masked.Char(string="Representative", groups=STAFF)
    representative_contact = masked.Char(string="Reach the Representative", groups=STAFF)
    representative_relation = masked.Char(
        string="Relation and Authority",
        groups=STAFF,
        help="E.g. daughter, with a letter of authority of the 3rd of May.",
    )
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "customer_complaint_evidence_rel",
        "complaint_id",
        "attachment_id",
        copy=False,
        groups=STAFF,
    )

    _claimed_amount_range = models.Constraint(
        # not a number is larger than any number
        f"CHECK(claimed_amount >= 0 AND claimed_amount < {LARGEST_CLAIM})",
        "The claimed amount is out of range.",
    )

    @api.depends("claimed_amount")
    def _compute_claimed_currency_id(self):
        """Only a claim has a currency: without one no company is read."""
        for complaint in self:
            currency = complaint.claimed_currency_id
            if complaint.claimed_amount and not currency:
                currency = (complaint.company_id or self.env.company).currency_id
            complaint.claimed_currency_id = currency

    @api.model
    def _get_reference_models(self):
        """Return the names of models of which a document can be what a complaint is about.

        Override to add orders, deliveries, invoices, products.
        """
        return ["customer.transaction", "customer.callback"]

    @api.model
    def _selection_reference(self):
        names = [name for name in self._get_reference_models() if name in self.env]
        IrModel = self.env["ir.model"].sudo()
        # read together: the form asks with each loading of its views
        found = IrModel.browse([IrModel._get_id(name) for name in names])
        return [(model.model, model.name) for model in found]

    @api.constrains("happened_datetime")
    def _check_happened_datetime(self):
        limit = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        for complaint in self.sudo():
            happened = complaint.happened_datetime
            if happened and happened > limit:
                raise ValidationError(self.env._("What is complained of cannot happen in the future."))
            if happened and happened.year < EARLIEST_YEAR:
                raise ValidationError(
                    self.env._("It cannot have happened before %(year)s.", year=EARLIEST_YEAR)
                )

    def _check_source_reference(self):
        """Have a person name the regulator's number; mails from it are registered and completed later.

        No constraint of the ORM: those do not know whether a person or the program writes.

        :raises ValidationError: when it is missing
        """
        if self.env.su:
            return
        for complaint in self:
            if complaint.source_id.is_regulator and not (complaint.source_reference or "").strip():
                raise ValidationError(
                    self.env._(
                        "The number under which %(name)s keeps the complaint is missing.",
                        name=complaint.source_id.name,
                    )
                )

    @api.onchange("is_anonymous")
    def _onchange_is_anonymous(self):
        if self.is_anonymous:
            self.partner_id = False
            self.email_from = False
            self.phone = False

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create([self._clean_vals(vals) for vals in vals_list])
        if any(vals.get("source_id") for vals in vals_list):
            complaints._check_source_reference()
        if any("evidence_ids" in vals for vals in vals_list):
            complaints._own_evidence()
        return complaints

    def write(self, vals):
        vals = self._clean_vals(vals)
        result = super().write(vals)
        if {"source_id", "source_reference"}.intersection(vals):
            self._check_source_reference()
        if "evidence_ids" in vals:
            self._own_evidence()
        return result

    @api.model
    def _clean_vals(self, vals):
        """Return the values without null characters, which the database cannot store."""
        broken = {
            name: value.replace("\0", "")
            for name, value in vals.items()
            if isinstance(value, str) and "\0" in value
        }
        return {**vals, **broken} if broken else vals

    def _own_evidence(self):
        """Bind files that the user uploaded for the form to the complaint, so that others may read them.

        With the user's rights: whoever names a file that is not his is refused.
        """
        for complaint in self:
            fresh = complaint.evidence_ids.filtered(lambda file: not file.res_id)
            fresh.write({"res_model": self._name, "res_id": complaint.id})

    def _acknowledge_by_call(self):
        """Nobody can ring up a complainant who left no number and does not want to be known."""
        unknown = self.filtered(lambda complaint: complaint.is_anonymous and not complaint.phone)
        unknown.acknowledge_state = "skipped"
        return super(CustomerComplaintMatter, self - unknown)._acknowledge_by_call()

    def _get_missing(self, stage):
        """The number of a regulator is needed before its complaint is done."""
        missing = super()._get_missing(stage)
        if stage._get_phase() not in ("resolved", "closed"):
            return missing
        text = self.env._("the number under which the regulator keeps it is missing")
        unnamed = self.sudo().filtered(
            lambda complaint: complaint.source_id.is_regulator and not complaint.source_reference
        )
        return missing + [Missing(complaint, text) for complaint in unnamed]
