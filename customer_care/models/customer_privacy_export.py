import hashlib
import json
import re
import shutil
import tempfile
import zipfile

from markupsafe import escape
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every
from odoo.tools.misc import format_date, format_datetime

ROWS_AT_ONCE = 500
COPY_AT_ONCE = 1 << 20
MESSAGE_FIELDS = ("date", "subject", "email_from", "body")
PARTNER_FIELDS = (
    "name", "is_company", "parent_id", "function", "email", "phone", "street", "street2", "zip", "city",
    "state_id", "country_id", "website", "vat", "company_registry", "lang", "tz", "industry_id", "category_id",
    "comment",
)  # fmt: skip
# Helps the program to find rows; says nothing that another field does not.
TECHNICAL_FIELDS = {"care_lunar_key"}
PAGE_HEAD = (
    '<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title><style>'
    "body{{font-family:sans-serif;margin:2em auto;max-width:60em;padding:0 1em}}"
    "table{{border-collapse:collapse;width:100%;margin-bottom:1em}}"
    "th,td{{border:1px solid #ccc;padding:.3em .5em;text-align:left;vertical-align:top}}"
    "th{{width:14em;background:#f4f4f4}}</style></head><body><h1>{title}</h1>"
)


class CustomerPrivacyExport(models.AbstractModel):
    """A copy of everything kept of a customer: data.json, index.html and the files, as one zip.

    Written record by record into files: memory does not grow with the number of records. A company answers for what it
    keeps itself: the copy holds records of the companies of the environment and of none.
    Source: GDPR articles 15(3) and 20, PIPL article 45.
    """

    _name = "customer.privacy.export"
    _description = "Copy of Personal Data"

    @api.model
    def _export_to(self, record, partners, with_notes=False):
        """Make the zip, keep it as a file of ``record`` and log it; rights are the caller's affair.

        It holds what the company of ``record`` keeps, and the others in which the user works at this moment.

        :param record: a document about the customer, e.g. a privacy request
        :param partners: whose data
        :param with_notes: internal notes of the staff too
        :return: the ``ir.attachment``, as superuser
        """
        customer = partners[:1]
        companies = record._care_get_company() | self.env.companies
        model = self.with_context(
            lang=customer.lang or self.env.lang, allowed_company_ids=companies.ids
        ).sudo()
        name = f"{record._care_get_summary() or 'data'}.zip"
        with tempfile.TemporaryFile() as target:
            count = model._write_zip(target, partners.with_env(model.env), with_notes)
            attachment = model._store(target, {"name": name, "res_model": record._name, "res_id": record.id})
        names = ", ".join(companies.sudo().mapped("name"))
        self.env["customer.privacy.log"]._log(
            "data_exported", partners, f"{record._care_get_summary()} ({names}): {count}"
        )
        record._care_log("data_exported")
        return attachment

    @api.model
    def _write_zip(self, target, partners, with_notes=False):
        """Write the zip into a binary file; return the number of records."""
        count = 0
        with (
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.TemporaryFile() as page,
            tempfile.TemporaryFile("w+") as files,
        ):
            title = self.env._("Everything we keep of %(name)s", name=partners[:1].name or "")
            head = PAGE_HEAD.format(lang=escape(self.env.lang or "en"), title=escape(title))
            page.write(head.encode())
            with archive.open("data.json", "w", force_zip64=True) as data:
                data.write(b"{")
                for number, (label, name, rows) in enumerate(self._iterate(partners, with_notes, files)):
                    data.write((", " if number else "").encode() + json.dumps(name).encode() + b": [")
                    count += self._write_rows(data, page, label, rows)
                    data.write(b"]")
                data.write(b"}")
            page.write(b"</body></html>")
            page.seek(0)
            with archive.open("index.html", "w", force_zip64=True) as member:
                shutil.copyfileobj(page, member, COPY_AT_ONCE)
            self._write_files(archive, files)
        return count

    @api.model
    def _write_rows(self, data, page, label, rows):
        """Write one section into both files; ``rows`` are dicts ``{name: (label, value for reading, raw)}``."""
        count = 0
        for row in rows:
            if not count:
                page.write(f"<h2>{escape(label)}</h2>".encode())
            raw = {name: value[2] for name, value in row.items()}
            data.write((",\n" if count else "\n").encode())
            data.write(json.dumps(raw, ensure_ascii=False, default=str).encode())
            page.write(b"<table>")
            for field_label, text, _raw in row.values():
                if text:
                    page.write(f"<tr><th>{escape(field_label)}</th><td>{escape(text)}</td></tr>".encode())
            page.write(b"</table>")
            count += 1
        return count

    @api.model
    def _iterate(self, partners, with_notes, files):
        """Yield ``(label, model name, rows)``; names of attachments go to ``files``, one id a line."""
        companies = [*self.env.companies.ids, False]
        domain = Domain("id", "in", partners.ids) & Domain("company_id", "in", companies)
        yield self._iterate_model("res.partner", domain, self._get_partner_fields(), files)
        places = [("res.partner", domain)]
        for name, entry in self.env["res.partner"]._care_privacy_models().items():
            domain = Domain(entry["domain"](partners.ids))
            if "companies" in entry:
                domain &= entry["companies"](companies)
            elif "company_id" in self.env[name]._fields:
                domain &= Domain("company_id", "in", companies)
            yield self._iterate_model(name, domain, entry.get("fields"), files)
            places.append((name, domain))
        yield (
            self.env._("Messages"),
            "mail.message",
            self._iterate_messages(partners, places, with_notes, files),
        )

    @api.model
    def _get_partner_fields(self):
        """Return the fields of the customer in the copy: the address and all that the archive keeps."""
        archive = [
            name
            for name, field in self.env["res.partner"]._fields.items()
            if name.startswith("care_")
            and field.store
            and field.type not in ("binary", "one2many")
            and name not in TECHNICAL_FIELDS
        ]
        return (*PARTNER_FIELDS, *archive)

    @api.model
    def _iterate_model(self, name, domain, names, files):
        model = self.env[name].sudo().with_context(active_test=False, prefetch_fields=False)
        known = [
            field
            for field in names or [key for key, f in model._fields.items() if f.store and f.type != "binary"]
            if field in model._fields and field not in models.MAGIC_COLUMNS
        ]
        label = self.env["ir.model"]._get(name).name
        return label, name, self._iterate_records(model, domain, known, files)

    @api.model
    def _iterate_records(self, model, domain, names, files):
        labels = {name: model._fields[name]._description_string(self.env) for name in names}
        for ids in split_every(ROWS_AT_ONCE, model.search(domain, order="id").ids):
            for record in model.browse(ids):
                yield {"id": ("", "", record.id)} | {
                    name: (labels[name], *self._get_value(record, name)) for name in names
                }
            if model._name != "ir.attachment":
                self._note_files(files, model._name, ids)
            model.invalidate_model()

    @api.model
    def _iterate_messages(self, partners, places, with_notes, files):
        """Messages the customer wrote or got, and those on his documents that he may see, or all."""
        domain = Domain("author_id", "in", partners.ids) | Domain("partner_ids", "in", partners.ids)
        # a contact without company is shared, whichever company wrote to him
        domain &= Domain("model", "=", "res.partner") | Domain(
            "record_company_id", "in", [*self.env.companies.ids, False]
        )
        for name, place in places:
            ids = self.env[name].sudo().with_context(active_test=False)._search(place)
            domain |= Domain("model", "=", name) & Domain("res_id", "in", ids)
        domain &= Domain("message_type", "not in", ("user_notification",))
        if not with_notes:
            visible = Domain("is_internal", "=", False) & Domain("subtype_id.internal", "=", False)
            domain &= visible & Domain("subtype_id", "!=", False)
        model = self.env["mail.message"].sudo().with_context(prefetch_fields=False)
        yield from self._iterate_records(model, domain, MESSAGE_FIELDS, files)

    @api.model
    def _get_value(self, record, name):
        """Return ``(text for reading, value for programs)`` of a field in the language of the environment."""
        field, value = record._fields[name], record[name]
        if field.relational:
            text = ", ".join(value.mapped("display_name"))
            return text, text
        if value is False and field.type != "boolean":
            return "", None
        if field.type == "selection":
            return dict(field._description_selection(record.env)).get(value, value), value
        if field.type == "boolean":
            return (record.env._("Yes") if value else ""), value
        if field.type == "date":
            return format_date(record.env, value), fields.Date.to_string(value)
        if field.type == "datetime":
            return format_datetime(record.env, value), fields.Datetime.to_string(value)
        if field.type == "html":
            return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", str(value))).strip(), str(value)
        return str(value), value

    @api.model
    def _note_files(self, files, name, ids):
        """Remember the files of records: what lies on a document, what hangs on a message."""
        if name == "mail.message":
            rows = SQL(
                "SELECT attachment_id FROM message_attachment_rel WHERE message_id = ANY(%s)", list(ids)
            )
        else:
            rows = SQL(
                "SELECT id FROM ir_attachment WHERE res_model = %s AND res_id = ANY(%s)"
                " AND res_field IS NULL AND (url IS NULL OR url = '') ORDER BY id",
                name,
                list(ids),
            )
        for (file_id,) in self.env.execute_query(rows):
            files.write(f"{file_id}\n")

    @api.model
    def _write_files(self, archive, files):
        files.seek(0)
        exports = set(
            self.env["customer.privacy.request"]
            .sudo()
            .search([("export_attachment_id", "!=", False)])
            .export_attachment_id.ids
        )
        done = set(exports)
        for line in files:
            file_id = int(line)
            if file_id in done:
                continue
            done.add(file_id)
            attachment = self.env["ir.attachment"].sudo().browse(file_id)
            name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", attachment.name or "file")[-150:]
            archive.writestr(f"files/{file_id}-{name}", attachment.raw or b"")
            attachment.invalidate_recordset()

    @api.model
    def _store(self, source, vals):
        """Keep a binary file as an attachment, without reading it into memory where files lie on disk."""
        Attachment = self.env["ir.attachment"].sudo()
        source.seek(0)
        vals = {**vals, "mimetype": "application/zip", "type": "binary"}
        if Attachment._storage() == "db":
            return Attachment.create({**vals, "raw": source.read()})
        digest, size = hashlib.sha1(usedforsecurity=False), 0
        while block := source.read(COPY_AT_ONCE):
            digest.update(block)
            size += len(block)
        checksum = digest.hexdigest()
        name, path = Attachment._get_path(b"", f"{checksum}{self.env.cr.now():%H%M%S%f}")
        source.seek(0)
        with open(path, "wb") as target:
            shutil.copyfileobj(source, target, COPY_AT_ONCE)
        Attachment._mark_for_gc(name)
        attachment = Attachment.create(vals)
        self.env.cr.execute(
            SQL(
                "UPDATE ir_attachment SET store_fname = %s, checksum = %s, file_size = %s, mimetype = %s"
                " WHERE id = %s",
                name,
                checksum,
                size,
                "application/zip",
                attachment.id,
            )
        )
        attachment.invalidate_recordset()
        return attachment
