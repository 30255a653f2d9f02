from ast import literal_eval
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import DataError

# Beyond so many the one who updates the list is asked, with the number.
ASK_ABOVE = 1000


class CustomerCareCampaign(models.Model):
    """Whom a campaign is for: customers by grade, stage, team, region, and an own filter.

    The list is filled by one statement, whatever their number; a customer is on it once.
    """

    _inherit = "customer.care.campaign"

    grade_ids = fields.Many2many("customer.grade", string="Grades")
    stage_ids = fields.Many2many("customer.lifecycle.stage", string="Life-Cycle Stages")
    target_team_ids = fields.Many2many("customer.care.team", string="Care Teams of the Customers")
    country_ids = fields.Many2many("res.country", string="Countries")
    region_ids = fields.Many2many("res.country.state", string="Regions")
    target_domain = fields.Char(string="Own Filter", default="[]")
    purpose_id = fields.Many2one(
        "customer.consent.purpose",
        string="Purpose of the Invitation",
        default=lambda self: self._default_purpose_id(),
        ondelete="restrict",
        help="Who has not consented to it, or refused, gets no invitation.",
    )

    def _default_purpose_id(self):
        return self.env["customer.consent.purpose"]._get_by_code("marketing").with_env(self.env)

    @api.constrains("target_domain")
    def _check_target_domain(self):
        for campaign in self:
            own = campaign._get_own_filter()
            try:
                with self.env.cr.savepoint():
                    # By the rights of who writes it: numbers must not tell what the writer may not read.
                    self.env["res.partner"].sudo(False).search(own, limit=1)
            except DataError as error:
                # e.g. a text where a number is expected
                raise campaign._get_filter_error() from error

    def action_update_targets(self):
        """Open the preview of who would be added to the list, and who is left out why."""
        self._check_may_run("draft", "inviting", "running")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Update the Target List"),
            "res_model": "customer.care.campaign.targets",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_campaign_id": self.id},
        }

    def _get_own_filter(self):
        """:raises ValidationError: the own filter cannot be used"""
        self.ensure_one()
        try:
            own = Domain(literal_eval((self.target_domain or "").strip() or "[]"))
            own.validate(self.env["res.partner"])
        except Exception as error:
            raise self._get_filter_error() from error
        return own

    def _get_filter_error(self):
        return ValidationError(self.env._("The own filter of the campaign cannot be used."))

    def _get_target_domain(self):
        """Return the domain of the customers the campaign is for (singleton). Override to add criteria."""
        self.ensure_one()
        domain = Domain("active", "=", True) & (
            Domain("is_company", "=", True) | Domain("parent_id", "=", False)
        )
        domain &= Domain("company_id", "in", [self.company_id.id, False])
        domain &= self.env["res.partner"]._care_get_customer_domain()
        for name, records in (
            ("care_grade_id", self.grade_ids),
            ("care_lifecycle_stage_id", self.stage_ids),
            ("care_team_id", self.target_team_ids),
            ("country_id", self.country_ids),
            ("state_id", self.region_ids),
        ):
            if records:
                domain &= Domain(name, "in", records.ids)
        return domain & self._get_own_filter()

    def _has_criteria(self):
        self.ensure_one()
        chosen = (self.grade_ids, self.stage_ids, self.target_team_ids, self.country_ids, self.region_ids)
        return any(chosen) or not self._get_own_filter().is_true()

    def _find_targets(self):
        """Return ``[(customer id, contact id or None)]`` of those who match and are not on the list yet.

        By the reader's rights. A company without an own address is written to by its first contact that has one.
        """
        self.ensure_one()
        partners = self.env["res.partner"]._search(self._get_target_domain())
        self.env.flush_all()
        query = SQL(
            """
            SELECT p.id, CASE WHEN p.email_normalized IS NULL THEN contact.id END
              FROM (%(partners)s) found
              JOIN res_partner p ON p.id = found.id AND p.commercial_partner_id = p.id
              LEFT JOIN LATERAL (
                    SELECT c.id FROM res_partner c
                     WHERE p.email_normalized IS NULL AND c.commercial_partner_id = p.id AND c.id <> p.id
                       AND c.active AND c.type = 'contact' AND c.email_normalized IS NOT NULL
                     ORDER BY c.id LIMIT 1
                   ) contact ON TRUE
             WHERE NOT EXISTS (
                    SELECT 1 FROM customer_care_campaign_participant o
                     WHERE o.campaign_id = %(campaign)s AND o.partner_id = p.id)
             ORDER BY p.id
            """,
            partners=partners.subselect(),
            campaign=self.id,
        )
        return self.env.execute_query(query)

    def _split_targets(self):
        """Return ``(rows to add, {partner id: [reasons]} of those left out)``; rows as in ``_find_targets``."""
        self.ensure_one()
        rows = self._find_targets()
        addressees = self.env["res.partner"].browse([contact or customer for customer, contact in rows])
        # sudo: only reasons come out of it
        reasons = addressees.sudo()._care_gate_map(self.purpose_id.sudo().code or "", "email")
        no_email = self.env._("No e-mail address is known.")
        without = set(addressees.ids) - set(
            addressees.sudo().search([("id", "in", addressees.ids), ("email_normalized", "!=", False)]).ids
        )
        ready, left_out = [], {}
        for customer, contact in rows:
            person = contact or customer
            why = [*reasons[person], *([no_email] if person in without else [])]
            if why:
                left_out[customer] = why
            else:
                ready.append((customer, contact))
        return ready, left_out

    def _count_reasons(self, left_out):
        """Return ``[(reason, number of customers)]``, the most frequent first."""
        return Counter(reason for reasons in left_out.values() for reason in reasons).most_common()

    def _insert_participants(self, rows, links=None):
        """Add customers to the list in one statement; who is on it already is passed over.

        >>> campaign._insert_participants([(7, None), (9, 12)])

        :param rows: ``[(customer id, contact id or None)]``
        :param links: ``{customer id: (model, id)}`` of the document that put the customer there
        :return: ids of the new rows
        """
        self.ensure_one()
        if not rows:
            return []
        links = links or {}
        self.env.flush_all()
        query = SQL(
            """
            INSERT INTO customer_care_campaign_participant
                   (campaign_id, company_id, partner_id, commercial_partner_id, contact_id, state, companions,
                    is_reminded, is_walk_in, token, res_model, res_id, create_uid, write_uid, create_date, write_date)
            SELECT %(campaign)s, %(company)s, p.id, COALESCE(p.commercial_partner_id, p.id), row.contact_id,
                   'target', 0, FALSE, FALSE, %(token)s, row.res_model, row.res_id, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM unnest(%(ids)s::int[], %(contacts)s::int[], %(models)s::varchar[], %(documents)s::int[])
                   AS row(partner_id, contact_id, res_model, res_id)
              JOIN res_partner p ON p.id = row.partner_id
                ON CONFLICT (campaign_id, partner_id) DO NOTHING
            RETURNING id
            """,
            campaign=self.id,
            company=self.company_id.id,
            token=self.env["customer.care.campaign.participant"]._get_token_sql(),
            uid=self.env.uid,
            now=fields.Datetime.now(),
            ids=[customer for customer, _contact in rows],
            contacts=[contact for _customer, contact in rows],
            models=[links.get(customer, (None, None))[0] for customer, _contact in rows],
            documents=[links.get(customer, (None, None))[1] for customer, _contact in rows],
        )
        ids = [row[0] for row in self.env.execute_query(query)]
        self.env["customer.care.campaign.participant"].invalidate_model()
        self.invalidate_recordset()
        return ids

    def _add_partners(self, partners, measures=None):
        """Put customers on the list, e.g. by the measures of their care plans; a repeated call adds none.

        Rights are the caller's affair. While the campaign is inviting, those added are invited at once.

        :param partners: customers or contacts; a contact becomes the contact person of its customer
        :param measures: records that put them there, with ``_care_get_partner``; told of the attendance by
            ``_care_campaign_attended(participant)`` when they have it
        :return: the participants of all these customers, as superuser
        :raises UserError: the campaign is over or cancelled
        """
        self.ensure_one()
        campaign = self.sudo()
        campaign._check_not_closed()
        rows, links = {}, {}
        for partner in partners.sudo():
            customer = partner.commercial_partner_id
            rows.setdefault(customer.id, None if partner == customer else partner.id)
        for measure in measures.sudo() if measures else ():
            customer = measure._care_get_partner().commercial_partner_id
            links.setdefault(customer.id, (measure._name, measure.id))
        new = campaign._insert_participants(list(rows.items()), links)
        Participant = self.env["customer.care.campaign.participant"].sudo()
        if campaign._is_answerable() and campaign.approval_state == "approved":
            Participant.browse(new)._queue("invitation", ("target",))
        return Participant.search([("campaign_id", "=", self.id), ("partner_id", "in", list(rows))])

    def _check_targets(self, count, is_confirmed):
        """:raises UserError: so many customers have to be confirmed, with the number"""
        if count > ASK_ABOVE and not is_confirmed:
            raise UserError(
                self.env._(
                    "%(count)s customers would be put on the list. Please confirm the number before.",
                    count=count,
                )
            )
