from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

STAFF = "customer_care.group_care_user,customer_care.group_care_auditor"


class ResPartner(models.Model):
    """Consents and privacy requests of a customer, and what of ours is about him."""

    _inherit = "res.partner"

    care_privacy_request_count = fields.Integer(
        string="Privacy Requests", compute="_compute_care_privacy_request_count", groups=STAFF
    )
    care_is_anonymous = fields.Boolean(
        string="Personal Data Erased", readonly=True, copy=False, groups="base.group_user"
    )

    def _compute_care_privacy_request_count(self):
        groups = self.env["customer.privacy.request"]._read_group(
            [("partner_id", "in", self._origin.ids)], ["partner_id"], ["__count"]
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.care_privacy_request_count = counts.get(partner._origin.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        self._care_check_privacy_fields(name for vals in vals_list for name in vals)
        partners = super().create(vals_list)
        marked = [
            partner.id
            for partner, vals in zip(partners, vals_list, strict=True)
            if vals.get("care_do_not_call")
        ]
        if marked:
            self.browse(marked)._care_log_do_not_call()
        return partners

    def write(self, vals):
        self._care_check_privacy_fields(vals)
        if "care_do_not_call" not in vals:
            return super().write(vals)
        unwanted = bool(vals["care_do_not_call"])
        changed = self.filtered(lambda partner: partner.sudo().care_do_not_call != unwanted)
        result = super().write(vals)
        changed._care_log_do_not_call()
        if unwanted:
            self._care_cancel_forbidden()
        return result

    def _care_log_do_not_call(self):
        """Note in the timeline who switched the wish on or off, and when."""
        self.env["customer.care.event"]._log(
            [
                partner._prepare_care_event_vals(
                    "do_not_call_set" if partner.sudo().care_do_not_call else "do_not_call_lifted", ""
                )
                for partner in self
            ]
        )

    def _care_check_privacy_fields(self, names):
        if not self.env.su and "care_is_anonymous" in set(names):
            raise AccessError(self.env._("Only the erasure of personal data marks a customer as anonymous."))

    def action_care_record_consent(self):
        """Open the wizard that records one decision of these customers."""
        self.env["customer.consent"].check_access("create")
        return self._care_get_wizard("customer.consent.record", self.env._("Record Consent"))

    def action_care_check_contact(self):
        """Open the wizard that says for each purpose and channel whether contact is allowed now."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self._care_get_wizard("customer.contact.check", self.env._("May We Contact?")),
            "context": {"default_partner_id": self.id},
        }

    def action_care_open_requests(self):
        """Open the privacy requests of the customer."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_privacy_request_action"),
            "domain": [("partner_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }

    @api.model
    def _care_get_wizard(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }

    def _care_get_anonymize_action(self, request=None):
        action = self._care_get_wizard("customer.privacy.anonymize", self.env._("Erase Personal Data"))
        action["context"]["default_request_id"] = request.id if request else False
        return action

    def _care_get_persons(self, with_contacts):
        """Return whose data a request is about: the customer, with all contacts when the company asks."""
        if not with_contacts:
            return self
        model = self.with_context(active_test=False)
        return self | model.search([("id", "child_of", self.ids)]) if self else self

    # Registry of what is kept of a customer

    @api.model
    def _care_privacy_models(self):
        """Return ``{model: entry}``: what the addons keep of customers. Override to add models.

        An entry is a dict with

        - ``domain``: a function that gives the domain of the records of these customers from their ids
        - ``companies``: a function that gives the domain of the records of companies from their ids (and False),
          needed where no ``company_id`` says whose a record is
        - ``fields``: names of the fields in the copy of the data; names that do not exist are left out
        - ``erase``: ``{field: value}`` set when the personal data are erased; only plain stored fields
        - ``delete``: True where erasing means deleting the records

        Messages and files on the records belong to it.
        """

        def own(ids):
            return Domain("partner_id", "in", ids)

        return {
            "customer.callback": {
                "domain": own,
                "fields": (
                    "subject",
                    "date_planned",
                    "state",
                    "outcome",
                    "satisfaction",
                    "problem_solved",
                    "note",
                    "needs",
                    "preferred_datetime",
                    "duration_minutes",
                    "done_datetime",
                ),
                "erase": {
                    "subject": "-",
                    "note": None,
                    "needs": None,
                    "cancel_reason": None,
                    "reason": None,
                },  # fmt: skip
            },
            "customer.callback.answer": {
                "domain": own,
                "fields": ("date", "question_title", "value_display"),
                "erase": {"value_text": None},
            },
            "customer.contact.log": {
                "domain": own,
                "fields": (
                    "subject",
                    "kind",
                    "direction",
                    "date_start",
                    "duration_minutes",
                    "result",
                    "next_step",
                    "next_date",
                ),
                "erase": {"subject": "-", "result": None, "next_step": None},
            },
            "customer.care.greeting": {
                "domain": own,
                "fields": ("occasion_id", "date", "channel", "state", "date_sent", "reason", "note"),
                "erase": {"note": None},
            },
            "customer.care.gift": {
                "domain": own,
                "fields": ("name", "date", "amount", "state", "date_given", "evidence", "note"),
                "erase": {"evidence": None, "note": None},
            },
            "customer.consent": {
                "domain": own,
                "fields": ("purpose_id", "state", "source", "date", "date_until", "evidence"),
                "erase": {"evidence": None},
            },
            "customer.care.event": {
                "domain": own,
                "fields": ("date", "kind", "summary"),
                "erase": {"summary": None},
            },
            "customer.privacy.request": {
                "domain": own,
                "fields": ("number", "kind", "state", "description", "date_received", "date_done", "answer"),
                "erase": {"description": None, "answer": None, "identity_method": None},
            },
            "customer.transaction": {
                "domain": own,
                "fields": ("date", "reference", "amount", "currency_id"),
                "erase": {},
            },
            "customer.need": {
                "domain": own,
                "fields": ("name", "category_id", "date", "priority", "state", "note"),
                "erase": {"name": "-", "note": None},
            },
            "customer.anniversary": {
                "domain": own,
                "fields": ("name", "kind", "date", "note"),
                "delete": True,
            },
            "customer.finance": {"domain": own, "fields": None, "delete": True},
            "customer.assessment": {
                "domain": own,
                "fields": ("date", "score", "note"),
                "erase": {"note": None},
            },
            "customer.grading.result": {
                "domain": own,
                "fields": ("date", "score", "grade_id", "previous_grade_id", "reason"),
                "erase": {"reason": None},
            },
            "customer.lifecycle.change": {
                "domain": own,
                "fields": ("date", "from_stage_id", "to_stage_id", "reason"),
                "erase": {"reason": None},
            },
            "customer.detail.proposal": {
                "domain": own,
                "fields": ("date", "field_label", "old_text", "new_text", "state"),
                "delete": True,
            },
            "customer.detail.request": {
                "domain": own,
                "fields": ("date", "state", "date_answered", "email"),
                "delete": True,
            },
        }

    @api.model
    def _care_privacy_fields(self):
        """Return ``{field: value}`` of the partner that erasing sets. Override to add fields.

        Country, state, language, industry, grade and figures stay: they identify nobody and reports need them.
        """
        names = (
            "email phone street street2 city zip website vat function comment ref company_registry barcode"
            " company_name image_1920 partner_latitude partner_longitude care_main_business"
        ).split()
        names += [
            name
            for name, field in self._fields.items()
            if name.startswith(("care_birthday", "care_lunar"))
            and field.type in ("date", "integer", "boolean")
        ]
        values = {
            name: False
            for name in names
            if name in self._fields
            and self._fields[name].store
            and not self._fields[name].readonly
            and not self._fields[name].required
        }
        if "care_lifecycle_reason" in self._fields:
            values["care_lifecycle_reason"] = False
        return values

    def _care_get_erasure_obstacles(self):
        """Return sentences why the data of these customers must not be erased now. Override to add some."""
        users = self.sudo().with_context(active_test=False).user_ids
        if any(user._is_internal() for user in users):
            return [self.env._("A customer who is an employee with a login cannot be erased here.")]
        return []

    def action_care_anonymize(self):
        """Open the wizard that erases personal data; directors only.

        :raises AccessError: not a director
        """
        if not self.env.user.has_group("customer_care.group_care_director"):
            raise AccessError(self.env._("Only a director may erase personal data."))
        if not self:
            raise UserError(self.env._("Please choose a customer."))
        return self._care_get_anonymize_action()
