"""Which buttons of our views a user is shown on models that he may only read."""

from lxml import etree

OPENING = ("action_view_", "action_open_", "action_care_fill_")


def get_reader_buttons(env, reader, prefix, reading):
    """Return {model: names} of the methods that buttons of forms, lists and cards offer to who may not write.

    :param reader: the user
    :param prefix: of the names of models
    :param reading: names that need no right to change the record; those that begin with ``OPENING`` are known
    """
    found = {}
    for model in env:
        Model = env[model].with_user(reader)
        if not model.startswith(prefix) or Model._abstract or Model._transient:
            continue
        if not Model.has_access("read") or Model.has_access("write"):
            continue
        views = env["ir.ui.view"].search(
            [("model", "=", model), ("type", "in", ("form", "list", "kanban")), ("mode", "=", "primary")]
        )
        names = {
            button.get("name")
            for view in views
            for button in etree.fromstring(Model.get_view(view.id, view.type)["arch"]).iter("button", "a")
            if button.get("type") == "object" and "can_write" not in (button.get("invisible") or "")
        }
        changing = {name for name in names - reading if not name.startswith(OPENING)}
        if changing:
            found[model] = changing
    return found
