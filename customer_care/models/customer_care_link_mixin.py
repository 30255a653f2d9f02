from odoo import models
from odoo.exceptions import UserError


class CustomerCareLinkMixin(models.AbstractModel):
    """A row that points to a document by its fields ``res_model`` and ``res_id``, which it outlives."""

    _name = "customer.care.link.mixin"
    _description = "Row that Points to a Document"

    def action_open_document(self):
        """Open the document of the row (singleton), if the reader may see both.

        :raises UserError: when there is none, or not any more
        :raises AccessError: without the right to read the row or the document
        """
        self.ensure_one()
        self.check_access("read")
        model = self.env.get(self.res_model) if self.res_model else None
        document = model.browse(self.res_id).exists() if model is not None else None
        if not document:
            raise UserError(self.env._("There is no document, or it does not exist any more."))
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }
