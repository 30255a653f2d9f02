"""What the forms of the portal and of the public have in common: reading and checking what was sent."""

import hashlib
import json
import re
import secrets
from pathlib import PurePath

from odoo.tools import email_normalize

NAME_LENGTH = 250
TEXT_LENGTH = 20_000
FILE_COUNT = 10
FILE_SIZE = 10 * 1024 * 1024
FILES_SIZE = 25 * 1024 * 1024
# above this the server refuses the request before it is read
REQUEST_SIZE = 32 * 1024 * 1024
FILE_TYPES = frozenset(
    "jpg jpeg png gif webp heic bmp tif tiff pdf txt csv log md rtf doc docx xls xlsx ppt pptx odt ods odp "
    "wps et dps eml msg mp3 m4a wav amr ogg mp4 mov avi zip rar 7z".split()
)
# beginnings of programs, whatever their name says
PROGRAM_MAGIC = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")
# grievances are told from complaints by the staff
PUBLIC_KINDS = ("complaint", "suggestion", "inquiry", "praise")
CONTACT_LENGTH = 120
TOKEN = re.compile(r"[0-9a-f]{32}")
PHONE = re.compile(r"[+()\d\s./-]{5,40}")


def read_texts(post, names):
    """Return {name: text} of a form, without null bytes and blanks around.

    :param post: the parameters of the request
    :param names: of the fields wanted; those not sent are empty
    """
    return {name: str(post.get(name) or "").replace("\0", "").strip() for name in names}


def read_numbers(httprequest, name):
    """Return the set of ids that were chosen in the boxes called ``name`` of a form."""
    return {
        int(text)
        for text in httprequest.form.getlist(name)
        if text.isascii() and text.isdecimal() and len(text) < 10
    }


def read_files(httprequest):
    """Return [(name, content)] of the files of a form, not more than can be seen to be too much."""
    uploads = [upload for upload in httprequest.files.getlist("files") if upload.filename]
    # one byte more than allowed tells that there is more
    return [
        (PurePath(upload.filename.replace("\0", "").replace("\\", "/")).name, upload.read(FILE_SIZE + 1))
        for upload in uploads[: FILE_COUNT + 1]
    ]


def get_reference(post, team_id, texts, files):
    """Return the reference under which a form is registered once, however often it is sent; False without token.

    The same page sent with another content is another complaint.

    :param post: the parameters of the request, with the ``form_token`` of the page
    """
    token = str(post.get("form_token") or "")
    if not TOKEN.fullmatch(token):
        return False
    digests = [(name, hashlib.sha256(content).hexdigest()) for name, content in files]
    content = json.dumps([token, team_id, sorted(texts.items()), digests])
    return f"form:{hashlib.sha256(content.encode()).hexdigest()}"


def find_registered(env, reference):
    """Return the complaint that this visitor registered by the same page, as superuser; empty if there is none."""
    complaints = env["customer.complaint"]._get_web_registrar()
    if not reference:
        return complaints
    return complaints.browse(list(complaints._find_references([reference]).values())[:1])


def find_category(env, number):
    """Return the category with the number chosen in a form, as superuser; empty if it is not offered."""
    categories = env["customer.complaint.category"].sudo()
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return categories
    return categories.search([("id", "=", int(number)), ("is_public", "=", True)])


def check_texts(env, texts):
    """Return the messages about what is wrong with ``name description category_id kind``."""
    errors = []
    if not texts["name"]:
        errors.append(env._("Please give your complaint a title."))
    if len(texts["name"]) > NAME_LENGTH:
        errors.append(env._("The title must not be longer than %(count)s letters.", count=NAME_LENGTH))
    if not texts["description"]:
        errors.append(env._("Please tell us what happened."))
    if len(texts["description"]) > TEXT_LENGTH:
        errors.append(env._("The text must not be longer than %(count)s letters.", count=TEXT_LENGTH))
    if texts["category_id"] and not find_category(env, texts["category_id"]):
        errors.append(env._("Please choose one of the listed categories."))
    if texts["kind"] and texts["kind"] not in PUBLIC_KINDS:
        errors.append(env._("Please choose one of the listed kinds."))
    return errors


def check_contact(env, texts):
    """Return the messages about what is wrong with ``contact_name email phone``; one way to answer is needed."""
    errors = []
    if not (texts["email"] or texts["phone"]):
        errors.append(env._("Please give an e-mail address or a phone number, so that we can answer."))
    if max(len(texts[key]) for key in ("contact_name", "email", "phone")) > CONTACT_LENGTH:
        errors.append(
            env._("Name, address and phone must not be longer than %(count)s letters.", count=CONTACT_LENGTH)
        )
    if texts["email"] and not email_normalize(texts["email"]):
        errors.append(env._("Please check the e-mail address."))
    if texts["phone"] and not (PHONE.fullmatch(texts["phone"]) and re.search(r"\d{3}", texts["phone"])):
        errors.append(env._("Please check the phone number."))
    return errors


def check_files(env, files):
    """Return the messages about what is wrong with the files.

    :param files: [(name, content)] as of ``read_files``
    """
    errors = []
    if len(files) > FILE_COUNT:
        errors.append(env._("Please attach at most %(count)s files.", count=FILE_COUNT))
    if sum(len(content) for _name, content in files) > FILES_SIZE:
        errors.append(env._("All files together must not exceed %(size)s MB.", size=FILES_SIZE // 2**20))
    for name, content in files:
        extension = PurePath(name).suffix.lower().lstrip(".")
        if len(content) > FILE_SIZE:
            errors.append(env._("%(name)s is larger than %(size)s MB.", name=name, size=FILE_SIZE // 2**20))
        elif not content:
            errors.append(env._("%(name)s is empty.", name=name))
        elif extension not in FILE_TYPES or content.startswith(PROGRAM_MAGIC):
            errors.append(env._("Files like %(name)s are not accepted.", name=name))
    return errors


def get_form_values(env, texts):
    """Return what the templates of the forms need to show the fields, filled with ``texts``."""
    kinds = dict(env["customer.complaint"]._fields["kind"]._description_selection(env))
    return {
        "texts": texts,
        "form_token": secrets.token_hex(16),
        "kinds": [(kind, kinds[kind]) for kind in PUBLIC_KINDS],
        "categories": env["customer.complaint.category"].sudo().search([("is_public", "=", True)]),
        "accept": ",".join(f".{extension}" for extension in sorted(FILE_TYPES)),
        "limits": env._(
            "At most %(count)s files of %(size)s MB each, %(total)s MB together.",
            count=FILE_COUNT,
            size=FILE_SIZE // 2**20,
            total=FILES_SIZE // 2**20,
        ),
        "lengths": {"name": NAME_LENGTH, "text": TEXT_LENGTH, "contact": CONTACT_LENGTH},
    }
