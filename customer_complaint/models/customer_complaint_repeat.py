from collections import defaultdict
from operator import methodcaller

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from . import identity_fields as masked
from .customer_complaint import PROBLEM_KINDS, STAFF
from .customer_complaint_stage import OPEN_PHASES

REPEAT_FIELDS = {"repeat_of_id": False, "duplicate_of_id": False, "is_repeat_checked": False}
# A change of one of these asks anew whether it is a repeat.
CAUSES = {"partner_id", "category_id", "product_ref", "reference", "name", "kind"} | {
    "received_datetime",
    "email_from",
}


class CustomerComplaintRepeat(models.Model):
    """Complaints of the same customer about the same matter within the company's number of days.

    The same matter is the same category, product, document or subject. The later one is a repeat when the earlier
    one is resolved or closed, a possible duplicate while that is open. A job stores the nearest earlier one; the
    form asks for all, as of now.
    """

    _inherit = "customer.complaint"

    repeat_of_id = masked.Many2one(
        "customer.complaint", readonly=True, copy=False, index="btree_not_null", groups=STAFF
    )
    duplicate_of_id = masked.Many2one(
        "customer.complaint",
        string="Possible Duplicate of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=STAFF,
    )
    is_repeat_checked = fields.Boolean(readonly=True, copy=False, groups=STAFF)
    duplicate_count = fields.Integer(
        compute="_compute_related_counts", string="Possible Duplicates", groups=STAFF
    )
    repeat_count = fields.Integer(compute="_compute_related_counts", string="Repeats", groups=STAFF)

    _repeat_unchecked_idx = models.Index("(id) WHERE is_repeat_checked IS NOT TRUE")

    def _compute_related_counts(self):
        related = self._find_related()
        for complaint in self:
            found = related[complaint._origin.id]
            complaint.duplicate_count = len(found["open"])
            complaint.repeat_count = len(found["done"])

    @api.model_create_multi
    def create(self, vals_list):
        self._check_repeat_fields(name for vals in vals_list for name in vals)
        # given for each, so that no default of the context takes their place
        return super().create([{**REPEAT_FIELDS, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_repeat_fields(vals)
        if not self._get_repeat_causes().isdisjoint(vals):
            vals = {**vals, "is_repeat_checked": False}
        return super().write(vals)

    def _check_repeat_fields(self, names):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su and not REPEAT_FIELDS.keys().isdisjoint(names):
            raise AccessError(self.env._("What is a repeat is found by the program alone."))

    def action_view_duplicates(self):
        """Open the open complaints about the same matter, with this one: to compare and merge them."""
        self.ensure_one()
        return self._open_related("open", self.env._("Possible Duplicates"))

    def action_view_repeats(self):
        """Open the resolved and closed complaints about the same matter, with this one."""
        self.ensure_one()
        return self._open_related("done", self.env._("Repeats"))

    def _open_related(self, key, title):
        self.check_access("read")
        found = self._find_related()[self.id][key]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_action_all"
        )
        return {
            **action,
            "name": title,
            "display_name": title,
            "domain": [("id", "in", [self.id, *found])],
            "context": {},
        }

    def _find_related(self):
        """Return {complaint id: {"open": [ids], "done": [ids]}} of other complaints about the same matter.

        Only what the user may see.
        """
        related = defaultdict(lambda: {"open": [], "done": []})
        if not self.ids:
            return related
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT complaint.id, other.id
                  FROM customer_complaint complaint
                  JOIN res_company company ON company.id = complaint.company_id
                  JOIN customer_complaint other ON other.id != complaint.id AND %(same)s
                   AND other.received_datetime
                       BETWEEN complaint.received_datetime - company.care_repeat_days * INTERVAL '1 day'
                           AND complaint.received_datetime + company.care_repeat_days * INTERVAL '1 day'
                 WHERE complaint.id IN %(ids)s AND company.care_repeat_days > 0
                 ORDER BY other.received_datetime DESC, other.id DESC
                """,
                same=self._get_same_matter(),
                ids=tuple(self.ids),
            )
        )
        # Searched for what the user may see, with the one field needed: to check each would read all fields of all.
        others = self.search_fetch([("id", "in", [row[1] for row in rows])], ["stage_id"], order="id")
        visible = {complaint.id: complaint.stage_id._get_phase() for complaint in others}
        for complaint_id, other_id in rows:
            phase = visible.get(other_id)
            if phase in OPEN_PHASES:
                related[complaint_id]["open"].append(other_id)
            elif phase in ("resolved", "closed"):
                related[complaint_id]["done"].append(other_id)
        return related

    @api.model
    def _get_repeat_causes(self):
        """Return the set of fields of which a change asks anew. Override to add some."""
        return CAUSES

    @api.model
    def _get_same_reasons(self):
        """Return the SQL conditions of which one makes ``other`` be about the same as ``complaint``.

        Override to add some.
        """
        return [
            SQL("other.category_id = complaint.category_id"),
            SQL("LOWER(other.product_ref) = LOWER(complaint.product_ref)"),
            SQL("other.reference = complaint.reference"),
            SQL("LOWER(other.name) = LOWER(complaint.name)"),
        ]

    @api.model
    def _get_same_matter(self):
        """Return the condition that ``other`` is of the same customer, about the same matter as ``complaint``."""
        return SQL(
            """
            other.company_id = complaint.company_id AND other.active
            AND other.kind IN %(kinds)s AND complaint.kind IN %(kinds)s
            AND (other.commercial_partner_id = complaint.commercial_partner_id
                 OR other.email_normalized = complaint.email_normalized)
            AND (%(reasons)s)
            """,
            kinds=PROBLEM_KINDS,
            reasons=SQL(" OR ").join(self._get_same_reasons()),
        )

    def _link_repeats(self):
        """Store for each complaint the nearest earlier one that it repeats or doubles, in one statement."""
        facts = self.env["customer.complaint.stage"]._get_facts()
        phases = {phase: [0] for phase in ("open", "waiting", "resolved", "closed", "cancelled")}
        for stage_id, fact in facts.items():
            phases[fact["phase"]].append(stage_id)
        earlier = SQL(
            """
            SELECT other.id
              FROM customer_complaint other
             WHERE %s
               AND (other.received_datetime, other.id) < (complaint.received_datetime, complaint.id)
               AND other.received_datetime
                   >= complaint.received_datetime - company.care_repeat_days * INTERVAL '1 day'
               AND company.care_repeat_days > 0
            """,
            self._get_same_matter(),
        )
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE customer_complaint
                   SET repeat_of_id = new.repeat_id, duplicate_of_id = new.duplicate_id, is_repeat_checked = TRUE
                  FROM (
                    SELECT complaint.id,
                           (%(earlier)s AND other.stage_id IN %(done)s
                             ORDER BY other.received_datetime DESC, other.id DESC LIMIT 1) AS repeat_id,
                           (%(earlier)s AND other.stage_id IN %(open)s
                             ORDER BY other.received_datetime DESC, other.id DESC LIMIT 1) AS duplicate_id
                      FROM customer_complaint complaint
                      JOIN res_company company ON company.id = complaint.company_id
                     WHERE complaint.id IN %(ids)s
                  ) new
                 WHERE new.id = customer_complaint.id
                RETURNING new.id
                """,
                earlier=earlier,
                done=tuple(phases["resolved"] + phases["closed"]),
                open=tuple(phases["open"] + phases["waiting"]),
                ids=tuple(self.ids),
            )
        )
        self.invalidate_recordset(list(REPEAT_FIELDS), flush=False)

    @api.model
    def _request_repeat_check(self, domain):
        """Have the job look anew for what the open complaints of a domain repeat."""
        Complaint = self.with_context(active_test=False)
        query = Complaint._search(Domain("phase", "in", OPEN_PHASES) & Domain(domain))
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE customer_complaint SET is_repeat_checked = FALSE WHERE id IN %s RETURNING id",
                query.subselect(),
            )
        )
        Complaint.invalidate_model(["is_repeat_checked"])

    @api.model
    def _cron_link_repeats(self, batch=500):
        """Find what new and changed complaints repeat."""
        Complaint = self.with_context(active_test=False)
        domain = [("is_repeat_checked", "=", False)]
        self.env["ir.cron"]._commit_progress(remaining=Complaint.search_count(domain))
        work_in_batches(Complaint, domain, methodcaller("_link_repeats"), batch)
