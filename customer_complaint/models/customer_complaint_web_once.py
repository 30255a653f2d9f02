import psycopg2
from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError

REFERENCE_LENGTH = 200
INDEX = "customer_complaint_external_reference_uniq"


class CustomerComplaintWebOnce(models.Model):
    """What another system or a form sends twice is registered once.

    The reference holds for its sender alone: whoever else uses the same neither gets nor learns of the complaint.
    """

    _inherit = "customer.complaint"

    external_reference = fields.Char(
        "Reference of the Other System",
        copy=False,
        groups="base.group_user",
        help="Under which the system that registered the complaint keeps it. The same system gets the same "
        "complaint when it sends the same reference again.",
    )

    _external_reference_uniq = models.UniqueIndex(
        "(external_reference, company_id, create_uid) WHERE external_reference IS NOT NULL",
        "A complaint with this reference was registered already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Register each reference of the user once: the record of a known one is the complaint of before."""
        references = [vals["external_reference"] for vals in vals_list if vals.get("external_reference")]
        # given for each, so that no default of the context takes its place
        vals_list = [{"external_reference": False, **vals} for vals in vals_list]
        if not references:
            return super().create(vals_list)
        self._check_references(references)
        keys = [self._get_reference_key(vals, index) for index, vals in enumerate(vals_list)]
        ids = self._find_references(references)
        fresh = {key: vals for key, vals in zip(keys, vals_list, strict=True) if key not in ids}
        try:
            complaints = super().create(list(fresh.values()))
        except psycopg2.errors.UniqueViolation as error:
            if error.diag.constraint_name != INDEX:
                raise
            # Another worker registers it right now: the server begins anew, and finds it.
            raise ConcurrencyError("complaint reference") from error
        ids.update(zip(fresh, complaints.ids, strict=True))
        return self.browse([ids[key] for key in keys])

    def _check_references(self, references):
        for reference in references:
            if not isinstance(reference, str) or len(reference) > REFERENCE_LENGTH or "\0" in reference:
                raise ValidationError(
                    self.env._(
                        "The reference of the other system is a text of at most %(count)s letters.",
                        count=REFERENCE_LENGTH,
                    )
                )

    def _get_reference_key(self, vals, index):
        """Return what a complaint is known by: (reference, company id), or its place in the batch without one."""
        if not vals["external_reference"]:
            return index
        company_id = vals.get("company_id") or self.env.context.get("default_company_id")
        return vals["external_reference"], company_id or self._default_company_id().id

    @api.model
    def _find_references(self, references):
        """Return {(reference, company id): complaint id} of those that this user registered, archived ones too."""
        complaints = self.sudo().with_context(active_test=False)
        domain = [("external_reference", "in", references), ("create_uid", "=", self.env.uid)]
        return {
            (complaint.external_reference, complaint.company_id.id): complaint.id
            for complaint in complaints.search_fetch(domain, ["external_reference", "company_id"])
        }
