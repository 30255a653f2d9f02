from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from . import identity_fields as masked
from .customer_complaint import STAFF
from .customer_complaint_keyword import FLAGS
from .customer_complaint_stage import DONE_PHASES, OPEN_PHASES

# Notes of the program about one complaint stay in its history.
STAYING_MESSAGES = ("notification", "user_notification")
# What the main complaint takes over where it says nothing itself.
TAKEN_OVER = (
    "partner_id",
    "email_from",
    "phone",
    "category_id",
    "product_ref",
    "order_ref",
    "reference",
    "happened_datetime",
    "expectation_kind",
    "expectation",
)


class CustomerComplaintMerge(models.Model):
    """Complaints told twice become one: both stories are kept, links and answers lead to the main one."""

    _inherit = "customer.complaint"

    merged_into_id = masked.Many2one(
        "customer.complaint", readonly=True, copy=False, index="btree_not_null", groups=STAFF
    )
    merged_ids = fields.One2many(
        "customer.complaint", "merged_into_id", string="Merged Complaints", readonly=True, groups=STAFF
    )
    merged_count = fields.Integer(compute="_compute_merged_count", string="Merged", groups=STAFF)

    def _compute_merged_count(self):
        counts = dict(
            self.with_context(active_test=False)._read_group(
                [("merged_into_id", "in", self.ids)], ["merged_into_id"], ["__count"]
            )
        )
        for complaint in self:
            complaint.merged_count = counts.get(complaint._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_merge_fields(name for vals in vals_list for name in vals)
        return super().create([{"merged_into_id": False, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_merge_fields(vals)
        return super().write(vals)

    def _check_merge_fields(self, names):
        """:raises AccessError: unless called as superuser"""
        if not self.env.su and not {"merged_into_id", "merged_ids"}.isdisjoint(names):
            raise AccessError(self.env._("Complaints are merged with “Merge” only."))

    def action_merge(self):
        """Open the wizard that merges the complaints; of one alone, with its possible duplicates."""
        self.check_access("read")
        complaints = self
        if len(self) == 1:
            complaints = self.browse([*self.ids, *self._find_related()[self.id]["open"]])
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_merge_action"
            ),
            "context": {"default_complaint_ids": complaints.ids},
        }

    def action_view_merged(self):
        """Open the complaints that were merged into this one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_action_all"
        )
        return {
            **action,
            "domain": [("merged_into_id", "=", self.id)],
            "context": {"active_test": False, "create": False},
        }

    def _merge_into(self, main):
        """Merge the complaints into ``main``, on which the work goes on.

        :raises AccessError: without the right to write to all of them and the rank of a supervisor
        :raises UserError: when they cannot be one, with all reasons
        """
        if not self.env.user.has_group("customer_complaint.group_complaint_supervisor"):
            raise AccessError(self.env._("Only supervisors merge complaints."))
        both = self | main
        both.check_access("write")
        sources, main = self.sudo(), main.sudo()
        both.sudo().lock_for_update(allow_referencing=True)
        sources._check_merge(main)
        stages = sources._get_merge_stages()
        sources._write_dates({"merged_into_id": main.id})
        # of a chain all links lead to its end
        sources.merged_ids._write_dates({"merged_into_id": main.id})
        self.env.flush_all()
        sources._merge_story(main)
        sources._merge_parts(main)
        main.write(sources._prepare_merge_vals(main))
        sources._log_merge(main)
        for stage, complaints in stages.items():
            complaints.write({"stage_id": stage.id})

    def _check_merge(self, main):
        """:raises UserError: naming all reasons why the complaints and ``main`` cannot be one"""
        both = self | main
        errors = []
        if not self or main in self:
            errors.append(self.env._("Choose at least two complaints."))
        if len(both.company_id) > 1:
            errors.append(self.env._("They belong to different companies."))
        if len(both.partner_id) > 1:
            errors.append(
                self.env._(
                    "They are of different people, who must not read each other's words: %(customers)s. "
                    "Set the same customer first.",
                    customers=", ".join(both.partner_id.mapped("display_name")),
                )
            )
        known = {main.email_normalized, *both.partner_id.mapped("email_normalized"), False}
        strangers = both.filtered(lambda one: not one.partner_id and one.email_normalized not in known)
        if strangers:
            errors.append(
                self.env._(
                    "Who wrote these is not known, and their links would show the main complaint: %(complaints)s. "
                    "Choose their customer first.",
                    complaints=", ".join(strangers.mapped("number")),
                )
            )
        errors += self._find_mixed_secrecy(main)
        merged = both.filtered("merged_into_id")
        if merged:
            errors.append(
                self.env._(
                    "They were merged before: %(complaints)s", complaints=", ".join(merged.mapped("number"))
                )
            )
        if main.stage_id._get_phase() == "cancelled":
            errors.append(self.env._("The main complaint is cancelled: reopen it or choose another one."))
        elif main.phase in DONE_PHASES and self.filtered(lambda one: one.phase in OPEN_PHASES):
            errors.append(
                self.env._("The main complaint is done, others are open: reopen it or choose an open one.")
            )
        pending = self.compensation_ids.filtered(
            lambda line: line.state == "proposed" and line.approval_state in ("pending", "approved")
        )
        if pending:
            errors.append(
                self.env._(
                    "These compensations must be decided and executed, or cancelled, before: %(names)s",
                    names=", ".join(pending.mapped("display_name")),
                )
            )
        if errors:
            raise UserError("\n".join(errors))

    def _get_merge_stages(self):
        """Return {cancelled stage: complaints that go there}.

        :raises UserError: when a team has no such stage
        """
        stages = {}
        for team, complaints in self.grouped("team_id").items():
            stage = complaints[:1]._get_cancelled_stage()
            if not stage:
                raise UserError(
                    self.env._(
                        "There is no cancelled stage for merged complaints of %(team)s.",
                        team=team.name or "-",
                    )
                )
            stages[stage] = stages.get(stage, complaints.browse()) | complaints
        return stages

    def _merge_story(self, main):
        """Move what was said and handed in to ``main``; answers to it then arrive there."""
        sources, model = tuple(self.ids), self._name
        self.env.execute_query(
            SQL(
                "UPDATE mail_scheduled_message SET res_id = %s WHERE model = %s AND res_id IN %s RETURNING id",
                main.id,
                model,
                sources,
            )
        )
        self.env.execute_query(
            SQL(
                "UPDATE mail_message SET res_id = %s WHERE model = %s AND res_id IN %s AND message_type NOT IN %s "
                "RETURNING id",
                main.id,
                model,
                sources,
                STAYING_MESSAGES,
            )
        )
        self.env.execute_query(
            SQL(
                "UPDATE ir_attachment SET res_id = %s WHERE res_model = %s AND res_id IN %s AND res_field IS NULL "
                "RETURNING id",
                main.id,
                model,
                sources,
            )
        )
        self.env["mail.scheduled.message"].invalidate_model(["res_id"])
        self.env["mail.message"].invalidate_model(["res_id"])
        self.env["ir.attachment"].invalidate_model(["res_id"])
        (self | main).invalidate_recordset(["message_ids"])
        main.evidence_ids |= self.evidence_ids
        main.message_subscribe(partner_ids=self.message_partner_ids.ids)
        domain = [("res_model", "=", model), ("res_id", "in", self.ids)]
        self.env["mail.activity"].sudo().search(domain).write({"res_id": main.id})
        (self | main).invalidate_recordset(["activity_ids"])
        planned = [*domain, ("state", "=", "planned")]
        self.env["customer.callback"].sudo().search(planned).write({"res_id": main.id})

    def _merge_parts(self, main):
        """Move the lines that still need work to ``main``. Override to move more; called as superuser.

        Executed and cancelled compensations stay with the complaint for which they were given.
        """
        self.compensation_ids.filtered(lambda line: line.state == "proposed").write({"complaint_id": main.id})

    def _prepare_merge_vals(self, main):
        """Return what ``main`` takes over."""
        vals = {}
        for name in self._get_taken_over():
            source = next((source for source in self if source[name]), None)
            if source and not main[name]:
                vals[name] = main._fields[name].convert_to_write(source[name], main)
        if not main.source_id and (source := self.filtered("source_id")[:1]):
            vals.update(source_id=source.source_id.id, source_reference=source.source_reference)
        if not main.claimed_amount and (source := self.filtered("claimed_amount")[:1]):
            vals.update(
                claimed_amount=source.claimed_amount, claimed_currency_id=source.claimed_currency_id.id
            )
        addresses = {address.strip() for one in (self | main) for address in (one.email_cc or "").split(",")}
        vals["email_cc"] = ", ".join(sorted(addresses - {""})) or False
        told = {name for one in (self | main) for name in (one.told_flags or "").split(",")}
        vals["told_flags"] = ",".join(sorted(told - {""})) or False
        vals.update({name: True for name in FLAGS if any(one[name] for one in self)})
        if any(one.is_major for one in self):
            vals["is_major"] = True
        return vals

    @api.model
    def _get_taken_over(self):
        """Return the fields that ``main`` takes over where it says nothing itself. Override to add some."""
        return TAKEN_OVER

    def _log_merge(self, main):
        """Keep the words of the merged complaints in the log of ``main``, and where they went in their own."""
        body = Markup("").join(
            Markup("<p>%s</p><blockquote><b>%s</b>%s</blockquote>")
            % (
                self.env._("Merged into this complaint: %(number)s", number=one.number),
                one.name,
                Markup(one.description or ""),
            )
            for one in self
        )
        main._message_log(body=body)
        text = self.env._("Merged into %(number)s, where the work goes on.", number=main.number)
        self._message_log_batch(bodies=dict.fromkeys(self.ids, text))

    # What merging changes elsewhere

    def _check_entry(self, stage):
        """A merged complaint goes where merged ones go, whatever else is asked before a stage."""
        return super(
            CustomerComplaintMerge, self.filtered(lambda one: not one.sudo().merged_into_id)
        )._check_entry(stage)

    def _reopen(self, reason):
        merged = self.sudo().filtered("merged_into_id")
        if merged:
            raise UserError(
                self.env._(
                    "Reopen the complaint into which it was merged: %(complaints)s",
                    complaints=", ".join(f"{one.number} → {one.merged_into_id.number}" for one in merged),
                )
            )
        return super()._reopen(reason)

    def _track_template(self, changes):
        """The customer is not told that a merged complaint is cancelled: the main one goes on."""
        result = super()._track_template(changes)
        if "stage_id" in result and self[:1].sudo().merged_into_id:
            del result["stage_id"]
        return result

    def _prepare_care_event_vals(self, kind, summary=None):
        vals = super()._prepare_care_event_vals(kind, summary)
        main = kind == "complaint_cancelled" and self.sudo().merged_into_id
        if main:
            vals.update(kind="complaint_merged", summary=f"{self.number} → {main.number}")
        return vals
