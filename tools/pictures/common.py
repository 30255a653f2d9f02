"""What a picture is, and the places and records that several of them show."""

import dataclasses

LANGUAGES = {"en": "en_US", "zh_CN": "zh_CN"}
PHONE = (390, 844)
LIST = ".o_list_view .o_data_row"
PAGES = ".o_form_view .o_notebook"
FORM = ".o_form_view .o_form_sheet"
BOARD = ".o_kanban_record:not(.o_kanban_ghost)"


@dataclasses.dataclass(frozen=True)
class Picture:
    """One screen: who looks at it, where it is, what must be there.

    ``path`` may contain ``{id}``: of the first record of ``record``, a model and a domain for each language.
    ``click`` is clicked one after the other, then ``wait`` must be there, and ``ready``, a script, be true.
    ``part`` is scrolled to the top.
    """

    login: str
    path: str
    selector: str
    size: tuple = (1360, 760)
    record: tuple = ()
    click: tuple = ()
    wait: str = ""
    ready: str = ""
    part: str = ""


def named(model, en, zh_CN, field="name"):
    """Return the record of this name in each language."""
    return model, {"en": [[field, "=", en]], "zh_CN": [[field, "=", zh_CN]]}


def where(model, domain):
    """Return the first record of the domain, in all languages."""
    return model, dict.fromkeys(LANGUAGES, domain)


def first(model):
    """Return the first record of all."""
    return where(model, [])


def tab(name):
    """Return what is clicked to open the page of a form."""
    return (f".o_notebook_headers a[name='{name}']",)


GRADED = named("res.partner", "Meridian Foods plc", "广州南方物业管理有限公司")
COMPLAINT = named("customer.complaint", "The repair took six weeks", "水泵漏水，已影响生产")
OWN_COMPLAINT = where("customer.complaint", [["name", "=", "The repair took six weeks"]])
PROPOSED_COMPLAINT = where("customer.complaint", [["name", "=", "Washing machine leaks"]])
