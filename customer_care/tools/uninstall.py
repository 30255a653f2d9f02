"""What Odoo leaves behind when an addon is uninstalled."""


def remove_filters(env, addon):
    """Remove the favourites of users on the models of ``addon``; to be called by its ``uninstall_hook``."""
    models = [name for name, model in env.items() if model._original_module == addon]
    env["ir.filters"].with_context(active_test=False).search([("model_id", "in", models)]).unlink()
