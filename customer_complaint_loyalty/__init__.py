from . import models, wizard


def uninstall_hook(env):
    env["customer.complaint"]._forget_documents("loyalty.card")
