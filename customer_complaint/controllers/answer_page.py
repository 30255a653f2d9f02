"""What the pages behind the secret links of staff and suppliers have in common: task, share, action."""

from odoo.http import request

from .complaint_form import FILE_TYPES, TEXT_LENGTH, check_files

NAME_LENGTH = 100


def use_language(lang):
    """Speak the language of who is asked, unless the visitor is logged in."""
    if request.env.user._is_public() and lang in dict(request.env["res.lang"].get_installed()):
        request.update_context(lang=lang)


def check_answer(env, texts, files):
    """Return the messages about a text, a name or files that are too much, in the visitor's language.

    :param texts: {"text": str, "name": str where it is asked}
    :param files: [(name, content)] as of ``read_files``
    """
    errors = []
    if len(texts["text"]) > TEXT_LENGTH:
        errors.append(env._("The text must not be longer than %(count)s letters.", count=TEXT_LENGTH))
    if len(texts.get("name", "")) > NAME_LENGTH:
        errors.append(env._("The name must not be longer than %(count)s letters.", count=NAME_LENGTH))
    return errors + check_files(env, files)


def render_page(template, values, texts, errors=()):
    """Return the page with a form, filled with ``texts`` and with what was wrong about them."""
    values = {
        **values,
        "texts": texts,
        "errors": errors,
        "accept": ",".join(f".{extension}" for extension in sorted(FILE_TYPES)),
        "text_length": TEXT_LENGTH,
        "name_length": NAME_LENGTH,
    }
    response = request.render(template, values)
    response.headers["Cache-Control"] = "no-store"
    # the address holds the secret
    response.headers["Referrer-Policy"] = "no-referrer"
    if errors:
        response.status_code = 422
    return response


def render_closed(template, values):
    """Return the page of a link that leads nowhere, whatever is wrong about it."""
    response = request.render(template, values)
    response.status_code = 404
    return response
