"""What a button answers the browser."""

CLOSE = {"type": "ir.actions.act_window_close"}
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


def notify(message, kind="info", then=None, **more):
    """Return the action that shows a message.

    >>> notify("Sent.", "success", CLOSE, sticky=True)["params"]["next"]
    {'type': 'ir.actions.act_window_close'}

    :param kind: ``info``, ``success``, ``warning`` or ``danger``
    :param then: the action that follows, ``CLOSE`` a dialog or ``RELOAD`` what is shown; None for none
    :param more: ``title``, and ``sticky`` to let it stand until it is closed
    """
    params = {"type": kind, "message": message, **more}
    if then:
        params["next"] = dict(then)
    return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
