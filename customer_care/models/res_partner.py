from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Rows of the timeline shown on the form; the button opens all.
TIMELINE_LIMIT = 40


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.care.mixin"]

    _care_responsible_field = "care_user_id"

    care_user_id = fields.Many2one(
        "res.users",
        string="Responsible Specialist",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        groups="base.group_user",
        help="Looks after this customer: callbacks come here first.",
    )
    care_team_id = fields.Many2one(
        "customer.care.team",
        index="btree_not_null",
        groups="base.group_user",
        help="Calls when there is no responsible specialist.",
    )
    care_do_not_call = fields.Boolean(
        string="Do not Call",
        groups="base.group_user",
        help="The customer wants neither calls nor mails that ask for an answer: none are planned or sent. "
        "For a company it holds for all its contacts.",
    )
    care_callback_count = fields.Integer(
        string="Open Callbacks",
        compute="_compute_care_callback_count",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )
    care_next_callback_date = fields.Date(
        string="Next Callback",
        compute="_compute_care_callback_count",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )
    care_event_ids = fields.Many2many(
        "customer.care.event",
        string="Timeline",
        compute="_compute_care_event_ids",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )

    def _compute_care_callback_count(self):
        groups = self.env["customer.callback"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids), ("state", "=", "planned")],
            ["commercial_partner_id"],
            ["__count", "date_planned:min"],
        )
        callbacks = {partner.id: (count, date) for partner, count, date in groups}
        for partner in self:
            count, date = callbacks.get(partner.commercial_partner_id.id, (0, False))
            partner.care_callback_count = count
            partner.care_next_callback_date = date

    def _compute_care_event_ids(self):
        events = self._care_get_last_events()
        for partner in self:
            partner.care_event_ids = events.get(partner.commercial_partner_id.id, [])

    def write(self, vals):
        if "care_user_id" not in vals:
            return super().write(vals)
        before = {partner: partner.sudo().care_user_id for partner in self}
        result = super().write(vals)
        self._care_log_responsible(before)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_care_history(self):
        """A customer with a history is archived; only code, e.g. to erase personal data, deletes it."""
        events = self.env["customer.care.event"].sudo()
        if not self.env.su and events.search_count([("partner_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "A customer with entries in the timeline cannot be deleted. Archive the customer instead."
                )
            )

    def action_care_plan_callback(self):
        """Open the form of a new callback to the customer."""
        self.ensure_one()
        self.env["customer.callback"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Callback"),
            "res_model": "customer.callback",
            "views": [(self.env.ref("customer_care.customer_callback_view_form").id, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def action_care_open_callbacks(self):
        """Open the callbacks of the customer's company and all its contacts."""
        return self._care_get_family_action("customer_care.customer_callback_action_all", "planned")

    # Contract of documents about a customer

    def _care_get_partner(self):
        return self

    def _care_get_responsible(self):
        partner = self.sudo()
        return (partner.care_user_id or partner.commercial_partner_id.care_user_id).with_env(self.env)

    def _care_get_company(self):
        return self.company_id

    # Timeline

    def _care_log_responsible(self, before):
        changed = self.filtered(lambda partner: partner.sudo().care_user_id != before[partner])
        self.env["customer.care.event"]._log(
            [
                partner._prepare_care_event_vals(
                    "responsible_changed", partner.sudo().care_user_id.name or "-"
                )
                for partner in changed
            ]
        )

    def _care_get_last_events(self):
        """Return ``{commercial_partner_id: [ids of the last events]}`` of the customers, in one query."""
        Event = self.env["customer.care.event"]
        query = Event._search([("commercial_partner_id", "in", self.commercial_partner_id.ids)])
        family = Event._field_to_sql(Event._table, "commercial_partner_id", query)
        rank = SQL(
            "row_number() OVER (PARTITION BY %s ORDER BY %s DESC, %s DESC) AS rank",
            family,
            Event._field_to_sql(Event._table, "date", query),
            SQL.identifier(Event._table, "id"),
        )
        ranked = query.select(SQL("%s AS family", family), SQL.identifier(Event._table, "id"), rank)
        result = {}
        rows = SQL(
            "SELECT family, id FROM (%s) ranked WHERE rank <= %s ORDER BY family, rank",
            ranked,
            TIMELINE_LIMIT,
        )
        for family_id, event_id in self.env.execute_query(rows):
            result.setdefault(family_id, []).append(event_id)
        return result

    def _care_get_family_action(self, xmlid, default_filter=None):
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(xmlid),
            "domain": [("commercial_partner_id", "=", self.commercial_partner_id.id)],
            "context": {
                "default_partner_id": self.id,
                **({f"search_default_{default_filter}": 1} if default_filter else {}),
            },
        }
