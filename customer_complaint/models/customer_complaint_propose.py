from markupsafe import Markup
from odoo import fields, models
from odoo.exceptions import UserError


class CustomerComplaintPropose(models.Model):
    """“Propose Solution”: the matrix fills plan and compensations as drafts, and says why in words."""

    _inherit = "customer.complaint"

    def action_propose_solution(self):
        """Fill the countermeasure plan of one complaint from the matrix and open it.

        Pressed again it adds only what is missing.

        :raises UserError: when no row fits, nothing is missing, or the plan is approved or waits for it
        """
        self.ensure_one()
        self.check_access("write")
        complaint = self.sudo()
        # two people who press it at once
        complaint.lock_for_update(allow_referencing=True)
        plan = complaint._get_live_plan()
        plan._approval_check_unlocked()
        plan._check_draft()
        claim = complaint._get_company_claim()
        rows = self.env["customer.complaint.offer"].sudo()._find(complaint, claim)
        if not rows:
            raise UserError(
                self.env._("No row of the matrix of solutions fits: %(facts)s", facts=self._say_facts(claim))
            )
        offers = (
            rows.filtered("kind")
            - complaint.compensation_ids.filtered(lambda line: line.state != "cancelled").offer_id
        )
        offers = complaint._leave_out_kinds(offers, claim)
        measures = rows.filtered("measure") - plan.measure_ids.offer_id
        if not (offers or measures):
            raise UserError(self.env._("All that the matrix proposes is there already."))
        Plan = self.env["customer.complaint.plan"].sudo()
        plan = plan or Plan.create({"complaint_id": complaint.id})
        plan.explanation = complaint._explain_offers(rows, claim)
        self.env["customer.complaint.measure"].sudo().create(
            [complaint._prepare_measure_vals(row, plan) for row in measures]
        )
        self.env["customer.complaint.compensation"].sudo().create(
            [complaint._prepare_offer_vals(row, plan, claim) for row in offers]
        )
        plan._message_log(body=plan.explanation)
        return plan.with_env(self.env)._get_records_action(name=plan.display_name)

    def _leave_out_kinds(self, rows, claim):
        """Return the rows without those of a kind that is proposed already, or that would propose 0."""
        present = set(self.compensation_ids.filtered(lambda line: line.state != "cancelled").mapped("kind"))
        currency = self.company_id.currency_id
        kinds, kept = set(present), rows.browse()
        for row in rows:
            if row.kind not in kinds and (row.basis == "none" or row._get_amount(claim, currency)):
                kept |= row
                kinds.add(row.kind)
        return kept

    def _get_company_claim(self):
        """Return what the customer claims (singleton, superuser) in the currency of the company.

        :raises UserError: when the currency of the claim has no rate
        """
        company, currency = self.company_id, self.claimed_currency_id
        if not self.claimed_amount or not currency or currency == company.currency_id:
            return self.claimed_amount or 0.0
        self.env["customer.complaint.compensation"]._approval_check_rate(currency, company)
        return currency._convert(self.claimed_amount, company.currency_id, company, fields.Date.today())

    def _prepare_measure_vals(self, row, plan):
        return {
            "plan_id": plan.id,
            "offer_id": row.id,
            "name": row.with_context(lang=self.env.user.lang).measure,
            "kind": row.measure_kind,
            "user_id": (self.user_id or self.env.user).id,
            "date_deadline": fields.Date.add(fields.Date.context_today(self), days=row.measure_days),
        }

    def _prepare_offer_vals(self, row, plan, claim):
        currency = self.company_id.currency_id
        return {
            "complaint_id": self.id,
            "plan_id": plan.id,
            "offer_id": row.id,
            "kind": row.kind,
            "amount": row._get_amount(claim, currency),
            "currency_id": currency.id,
            "bearer": "company",
            "note": row.note,
        }

    # In words

    def _say_facts(self, claim):
        """Return what the matrix looks at (singleton), in words."""
        complaint = self.sudo()
        grade = complaint.partner_id.commercial_partner_id.care_grade_id
        severities = dict(self._fields["severity"]._description_selection(self.env))
        return self.env._(
            "grade %(grade)s, severity %(severity)s, category %(category)s, claim %(claim)s",
            grade=grade.display_name or "-",
            severity=severities[complaint.severity],
            category=complaint.category_id.display_name or "-",
            claim=complaint.company_id.currency_id.format(claim) if claim else "-",
        )

    def _explain_offers(self, rows, claim):
        """Return as html what the rows propose and why, in the reader's language."""
        currency = self.company_id.currency_id
        kinds = dict(rows._selection_kind())
        items = []
        for row in rows:
            what = [row.measure]
            if row.kind:
                what.append(" ".join(filter(None, (kinds[row.kind], row._say_amount(claim, currency)))))
            items.append(
                Markup("<li>%s: <b>%s</b> – %s</li>")
                % (row._say_condition(currency), "; ".join(filter(None, what)), row.note)
            )
        return Markup("<p>%s</p><ul>%s</ul>") % (self._say_facts(claim), Markup("").join(items))
