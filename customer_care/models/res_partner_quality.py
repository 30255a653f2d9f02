from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.completeness import is_filled

# Only the program says that a record was verified.
GUARDED_FIELDS = ("care_completeness", "care_verified_date", "care_verified_user_id", "care_verified_by")
SLICE = 10_000


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_completeness = fields.Integer(
        string="Completeness (%)",
        readonly=True,
        copy=False,
        aggregator="avg",
        groups="base.group_user",
        help="Share of the fields of the archive that are filled, by their weights. Contacts have their own.",
    )
    care_missing_fields = fields.Char(
        string="Missing", compute="_compute_care_missing_fields", groups="base.group_user"
    )
    care_verified_date = fields.Date(
        string="Verified on", readonly=True, copy=False, index="btree_not_null", groups="base.group_user"
    )
    care_verified_user_id = fields.Many2one(
        "res.users",
        string="Verified by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )
    care_verified_by = fields.Selection(
        [("staff", "Our staff"), ("customer", "The customer")],
        string="Verified through",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    care_is_stale = fields.Boolean(
        string="To Verify",
        compute="_compute_care_is_stale",
        search="_search_care_is_stale",
        groups="base.group_user",
        help="Never verified, or longer ago than the settings of the company allow.",
    )

    @api.depends("care_completeness", "is_company")
    @api.depends_context("lang")
    def _compute_care_missing_fields(self):
        config = self.env["customer.completeness.field"]
        # as superuser: that something is missing is no secret, what stands there may be
        for partner, known in zip(self, self.sudo().with_context(active_test=True), strict=True):
            partner.care_missing_fields = ", ".join(
                self._fields[name]._description_string(self.env)
                for name, _weight in config._get_fields_of(known.is_company)
                if not is_filled(known[name])
            )

    @api.depends("care_verified_date")
    @api.depends_context("company")
    def _compute_care_is_stale(self):
        limit = self._care_get_stale_date()
        for partner in self:
            date = partner.care_verified_date
            partner.care_is_stale = bool(limit) and (not date or date < limit)

    def _search_care_is_stale(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        limit = self._care_get_stale_date()
        if not limit:
            return Domain.FALSE
        return Domain("care_verified_date", "=", False) | Domain("care_verified_date", "<", limit)

    @api.model_create_multi
    def create(self, vals_list):
        self._care_check_quality(name for vals in vals_list for name in vals)
        if not self.env.su and any(f"default_{name}" in self.env.context for name in GUARDED_FIELDS):
            vals_list = [{**vals, **dict.fromkeys(GUARDED_FIELDS, False)} for vals in vals_list]
        partners = super().create(vals_list)
        partners._care_update_completeness()
        names = partners._care_get_counted_names()
        if "child_ids" in names and any(vals.get("parent_id") for vals in vals_list):
            partners.sudo().parent_id._care_update_completeness()
        return partners

    def write(self, vals):
        self._care_check_quality(vals)
        counted = self._care_get_counted_names()
        names = counted.intersection(vals)
        # a contact that moves or is archived changes what its company has
        moves = "child_ids" in counted and {"parent_id", "active"}.intersection(vals)
        families = self.sudo().parent_id if moves else self.browse()
        result = super().write(vals)
        if names:
            self._care_get_with_contacts(names)._care_update_completeness()
        if moves:
            (families | self.sudo().parent_id)._care_update_completeness()
        return result

    def action_care_verify(self):
        """Note that the records were verified now, and close the activities that asked for it.

        :raises AccessError: for users who may not change the customers
        """
        if not self.env.su and not self.env.user.has_group("customer_care.group_care_user"):
            raise AccessError(self.env._("Only the customer care verifies records of customers."))
        self.check_access("write")
        if not self:
            raise UserError(self.env._("Please choose the customers whose records are verified."))
        # sudo: the activity may be another person's
        activities = self.sudo()._care_get_verify_activities()
        asked = self.browse(activities.mapped("res_id"))
        activities.action_feedback()
        (self - asked)._care_mark_verified()
        return True

    @api.model
    def get_import_templates(self):
        """Offer our template beside Odoo's own, which does not ask others."""
        return super().get_import_templates() + self._care_get_import_templates()

    # sudo: core's import copies a company's values to its contacts as superuser, but reads them as the user,
    # which fails for whoever may not see one of them, e.g. the credit limit of the accounting app
    def _convert_fields_to_values(self, field_names):
        return super(ResPartner, self.sudo())._convert_fields_to_values(field_names)

    # Completeness

    @api.model
    def _care_get_counted_names(self):
        names = {name for name, *_rest in self.env["customer.completeness.field"]._get_config()}
        return names | {"is_company"} if names else names

    def _care_get_with_contacts(self, names):
        """Add the contacts when core copies one of the written fields to them."""
        copied = {*self._address_fields(), *self._synced_commercial_fields(), *self._commercial_fields()}
        if not copied.intersection(names):
            return self
        return self | self.sudo().with_context(active_test=False).search([("id", "child_of", self.ids)])

    def _care_update_completeness(self):
        """Compute the completeness of the customers, in one statement; unchanged rows stay as they are."""
        ids = [partner_id for partner_id in self.ids if partner_id]
        if not ids:
            return
        self.env["res.partner"]._care_write_completeness(lambda column: SQL("%s = ANY(%s)", column, ids))
        self.browse(ids).invalidate_recordset(["care_completeness", "care_missing_fields"], flush=False)

    @api.model
    def _care_write_completeness(self, limit):
        """Update the rows of ``res_partner`` that ``limit`` admits.

        :param limit: function of the SQL of the column ``id``, giving a condition
        :return: how many rows changed
        """
        config = self.env["customer.completeness.field"]
        names = self._care_get_counted_names()
        self.env["res.partner"].flush_model([*names, "care_completeness"])
        for name in names:
            field = self._fields[name]
            if field.type == "one2many":
                rows = self.env[field.comodel_name]
                rows.flush_model([name for name in (field.inverse_name, "active") if name in rows._fields])
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner SET care_completeness = fresh.value
                  FROM (SELECT known.id, %s AS value FROM res_partner known WHERE %s) fresh
                 WHERE fresh.id = res_partner.id AND care_completeness IS DISTINCT FROM fresh.value
                """,
                config._build_percent("known"),
                limit(SQL.identifier("known", "id")),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _cron_care_completeness(self):
        """Compute the completeness of all customers in slices, also archived ones."""
        cron = self.env["ir.cron"]
        ((last,),) = self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM res_partner"))
        cron._commit_progress(remaining=last)
        for first in range(0, last, SLICE):
            self._care_write_completeness(
                lambda column, first=first: SQL("%s > %s AND %s <= %s", column, first, column, first + SLICE)
            )
            cron._commit_progress(min(SLICE, last - first))
        self.env["res.partner"].invalidate_model(["care_completeness"], flush=False)

    # Verification

    def _care_mark_verified(self, by="staff"):
        """Write who verified the records and when, and the timeline; rights are the caller's affair.

        :param by: ``staff`` or ``customer``
        """
        if not self:
            return
        self.sudo().write(
            {
                "care_verified_date": fields.Date.context_today(self),
                "care_verified_user_id": self.env.uid if by == "staff" else False,
                "care_verified_by": by,
            }
        )
        self._care_log("record_verified", "")

    def _care_get_stale_date(self):
        """Return the first date on which a verification is still good; None when nobody asks for it."""
        months = self.env.company.sudo().care_verify_months
        return fields.Date.context_today(self) - relativedelta(months=months) if months else None

    def _care_get_verify_activities(self):
        kind = self.env.ref("customer_care.mail_activity_type_verify")
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", kind.id),
            ]
        )

    def _care_check_quality(self, names):
        """:raises AccessError: when a user names a field that only the program sets"""
        guarded = sorted(set(names).intersection(GUARDED_FIELDS))
        if guarded and not self.env.su:
            raise AccessError(
                self.env._("These fields are set by the program alone: %(fields)s", fields=", ".join(guarded))
            )
