"""Pictures of the archive of customers, contacts, days and gifts."""

from .common import FORM, GRADED, LIST, Picture, named, tab, where

SEARCH_MENU = ".o_searchview_dropdown_toggler"
FIRST_FILTER = (SEARCH_MENU, ".o_filter_menu .o-dropdown-item, .o_filter_menu .o_menu_item")
CUSTOMER = named("res.partner", "Northwind Hotels", "上海华瑞精密机械有限公司")
PERSON = named("res.partner", "Emma Larsson", "孙静")

PICTURES = {
    "customers": Picture(
        "care_specialist",
        "/odoo/care-customers",
        LIST,
        (1360, 600),
        click=(*FIRST_FILTER, SEARCH_MENU),
        wait=".o_facet_value",
    ),
    "customer": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 1000),
        CUSTOMER,
        (*tab("care"), *tab("care_timeline")),
        ".o_care_lazy_list .o_data_row",
    ),
    "customer_profile": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 1100),
        GRADED,
        tab("care"),
        "[name=care_nature]",
    ),
    "customer_privacy": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 1000),
        PERSON,
        (*tab("care"), *tab("care_privacy")),
        ".o_care_lazy_list .o_data_row",
    ),
    "contacts": Picture("care_manager", "/odoo/care-contacts", LIST, (1360, 520)),
    "contact_new": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 760),
        CUSTOMER,
        ("[name=care_band_log] button",),
        ".modal .o_field_widget[name=subject]",
    ),
    "coming": Picture("care_specialist", "/odoo/care-coming", ".o_calendar_view .fc-event", (1360, 860)),
    "gifts": Picture("care_manager", "/odoo/care-gifts", LIST, (1360, 420)),
    "occasion": Picture(
        "care_admin",
        "/odoo/care-occasions/{id}",
        FORM,
        (1360, 760),
        where("customer.care.occasion", [["kind", "=", "birthday"], ["channel", "=", "email"]]),
    ),
}
