import secrets

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

SILENT = {
    "tracking_disable": True,
    "mail_notrack": True,
    "no_vat_validation": True,
    "active_test": False,
    "mail_create_nolog": True,
}


class ResPartner(models.Model):
    """Erase who a customer is and keep what reports count.

    Source: GDPR article 17 with recital 26 (anonymous data), PIPL articles 47 and 73.
    """

    _inherit = "res.partner"

    def _care_anonymize(self):
        """Make these customers anonymous for good; rights and obstacles are checked by the caller.

        Amounts, dates, categories, grades and scores stay; names, addresses, texts, messages, files and logins
        go. The addresses on the mail blacklist stay, so that nobody writes to them. Override to erase more.

        :return: ``{model: number of records changed}``
        """
        partners = self.sudo().with_context(**SILENT)
        places = partners._care_get_places()
        counts = {name: len(records) for name, _entry, records in places if records}
        partners._care_anonymize_messages([("res.partner", {}, partners), *places])
        for name, entry, records in places:
            partners._care_anonymize_records(name, entry, records)
        partners._care_anonymize_users()
        partners._care_anonymize_partners()
        self.env["res.partner"].invalidate_model()
        for _name, _entry, records in places:
            partners._care_anonymize_approvals(records.exists())
        partners._care_cancel_forbidden(with_due=True)
        self.env.flush_all()
        # what the work itself wrote to the timeline before names no subject any more
        events = self.env["customer.care.event"]
        events._log([{"partner_id": partner.id, "kind": "data_erased"} for partner in self])
        detail = ", ".join(f"{name} {count}" for name, count in counts.items())
        self.env["customer.privacy.log"]._log("data_erased", self, detail[:500])
        return counts

    def _care_get_places(self):
        """Return ``[(model, entry, records)]`` of all that is kept of these customers."""
        result = []
        for name, entry in self._care_privacy_models().items():
            model = self.env[name].sudo().with_context(**SILENT)
            result.append((name, entry, model.search(Domain(entry["domain"](self.ids)), order="id")))
        return result

    @api.model
    def _care_anonymize_records(self, name, entry, records):
        if not records:
            return
        if entry.get("delete"):
            records.unlink()
            return
        fields_ = records._fields
        values = {
            key: value
            for key, value in (entry.get("erase") or {}).items()
            if key in fields_ and fields_[key].store
        }
        if not values:
            return
        self.env.flush_all()
        # Not through write: closed documents refuse changes, and nothing may be tracked.
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = ANY(%s)",
                SQL.identifier(records._table),
                SQL(", ").join(SQL("%s = %s", SQL.identifier(key), value) for key, value in values.items()),
                records.ids,
            )
        )
        records.invalidate_model()

    @api.model
    def _care_anonymize_approvals(self, records):
        """Let the steps of approvals call these documents what they are called now, and forget their remarks."""
        lines = self.env["customer.approval.line"].sudo()
        for line in lines.search([("res_model", "=", records._name), ("res_id", "in", records.ids)]):
            line.write({"record_name": records.browse(line.res_id).display_name, "comment": False})

    def _care_anonymize_messages(self, places):
        """Empty the messages on the documents and those the customer wrote or got; delete files and queues."""
        self.env.flush_all()
        files = self._care_get_files(places)
        mails = self.env["mail.mail"].sudo().search(self._care_get_mail_domain())
        message_ids = self._care_get_message_ids(places) | set(mails.mail_message_id.ids)
        if message_ids:
            messages = self.env["mail.message"].sudo().browse(message_ids)
            files |= messages.attachment_ids
            self.env["mail.tracking.value"].sudo().search([("mail_message_id", "in", messages.ids)]).unlink()
            # Only the rows of the queue go; the messages stay, empty.
            self.env.cr.execute(SQL("DELETE FROM mail_mail WHERE mail_message_id = ANY(%s)", messages.ids))
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_message SET body = '', subject = NULL, email_from = NULL, reply_to = NULL,"
                    " incoming_email_to = NULL, incoming_email_cc = NULL WHERE id = ANY(%s)",
                    messages.ids,
                )
            )
            self.env.invalidate_all()
        files.exists().unlink()
        self._care_get_activities(places).unlink()

    def _care_get_activities(self, places):
        """Return the activities on these documents, done ones too: their texts name the customer."""
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        return Activity.union(
            *(
                Activity.search([("res_model", "=", name), ("res_id", "in", records.ids)])
                for name, _entry, records in places
                if records
            )
        )

    def _care_get_files(self, places):
        Attachment = self.env["ir.attachment"].sudo()
        return Attachment.union(
            *(
                Attachment.search(
                    [("res_model", "=", name), ("res_id", "in", records.ids), ("res_field", "=", False)]
                )
                for name, _entry, records in places
                if records
            )
        )

    def _care_get_mail_domain(self):
        """Return the domain of the mails in the queue that go to these customers."""
        domain = Domain("recipient_ids", "in", self.ids)
        for email in filter(None, self.mapped("email_normalized")):
            domain |= Domain("email_to", "ilike", email)
        return domain

    def _care_get_message_ids(self, places):
        conditions = [SQL("author_id = ANY(%s)", self.ids)]
        conditions += [
            SQL("(model = %s AND res_id = ANY(%s))", name, records.ids)
            for name, _entry, records in places
            if records
        ]
        query = SQL("SELECT id FROM mail_message WHERE %s", SQL(" OR ").join(conditions))
        return {row[0] for row in self.env.execute_query(query)}

    def _care_anonymize_users(self):
        """Close the customers' logins for ever, without a mail about it; where they were used from goes too."""
        users = self.user_ids
        if not users:
            return
        self.env["res.device.log"].sudo().search([("user_id", "in", users.ids)]).unlink()
        users.write({"active": False, "signature": False})
        self.env.flush_all()
        # Not through write: it would mail each change to the address that is about to be forgotten.
        for user in users:
            password = user._crypt_context().hash(secrets.token_urlsafe(32))
            self.env.cr.execute(
                SQL(
                    "UPDATE res_users SET login = %s, password = %s WHERE id = %s",
                    f"anonymous-{user.id}",
                    password,
                    user.id,
                )
            )
        users.invalidate_recordset()
        self.env.registry.clear_cache()

    def _care_anonymize_partners(self):
        values = self._care_privacy_fields()
        for bank in self.bank_ids:
            bank.write({"acc_number": f"anonymous-{bank.id}", "acc_holder_name": False, "active": False})
        self.write({**values, "category_id": [(5,)], "care_do_not_call": True, "care_is_anonymous": True})
        for partner in self:
            partner.name = f"Anonymous #{partner.id}"
        self.message_unsubscribe(self.ids)
        self.env["mail.followers"].sudo().search([("partner_id", "in", self.ids)]).unlink()

    def _care_check_erasure(self):
        """:raises UserError: something forbids to erase the data of these customers now"""
        obstacles = self._care_get_erasure_obstacles()
        if obstacles:
            raise UserError("\n".join(obstacles))
