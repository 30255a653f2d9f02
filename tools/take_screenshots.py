"""Take the pictures of the user guide; called by ``make screenshots`` in the virtual environment.

Usage: take_screenshots.py BROWSER URL DATABASE [NAME...]

A NAME is a picture (``complaint``), a language (``zh_CN``) or both (``zh_CN/complaint``); all without.
"""

import dataclasses
import pathlib
import sys

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.browser import Browser, PageError  # noqa: E402

IMAGES = ROOT / "docs/images"
LANGUAGES = {"en": "en_US", "zh_CN": "zh_CN"}
PHONE = (390, 844)
COLORS = 128
LIST, FORM, BOARD = (
    ".o_list_view .o_data_row",
    ".o_form_view .o_form_sheet",
    ".o_kanban_record:not(.o_kanban_ghost)",
)


@dataclasses.dataclass(frozen=True)
class Picture:
    """One screen: who looks at it, where it is, what must be there.

    ``path`` may contain ``{id}``: of the first record of ``record``, a model and a domain for each language.
    """

    login: str
    path: str
    selector: str
    size: tuple = (1360, 760)
    record: tuple = ()
    click: tuple = ()
    wait: str = ""
    ready: str = ""


def _named(model, en, zh_CN, field="name"):
    return model, {"en": [[field, "=", en]], "zh_CN": [[field, "=", zh_CN]]}


THREAD = "!!document.querySelector('#chatterRoot')?.shadowRoot?.querySelector('.o-mail-Composer, textarea')"
SEARCH_MENU = ".o_searchview_dropdown_toggler"
FIRST_FILTER = (SEARCH_MENU, ".o_filter_menu .o-dropdown-item, .o_filter_menu .o_menu_item")
CUSTOMER = _named("res.partner", "Northwind Hotels", "上海华瑞精密机械有限公司")
GRADED = _named("res.partner", "Meridian Foods plc", "广州南方物业管理有限公司")
PERSON = _named("res.partner", "Emma Larsson", "孙静")
COMPLAINT = _named("customer.complaint", "The repair took six weeks", "水泵漏水，已影响生产")
AGAIN = _named("customer.complaint", "Invoice is still wrong", "退款申请一个月未处理")
# waits for the answer to a hand-over
PROTECTED = ("customer.complaint", dict.fromkeys(LANGUAGES, [["is_identity_protected", "=", True]]))
OFFERED = ("customer.complaint", dict.fromkeys(LANGUAGES, [["handover_user_id", "!=", False]]))
# the one that two people approve
COMPENSATION = ("customer.complaint.compensation", dict.fromkeys(LANGUAGES, [["amount", ">", 10000]]))
OWN_COMPLAINT = ("customer.complaint", dict.fromkeys(LANGUAGES, COMPLAINT[1]["en"]))
PROPOSED_COMPLAINT = (
    "customer.complaint",
    dict.fromkeys(LANGUAGES, [["name", "=", "Washing machine leaks"]]),
)
CALLBACK = (
    "customer.callback",
    {
        "en": [["state", "=", "planned"], ["rule_id.trigger", "=", "complaint_resolved"]],
        "zh_CN": [["state", "=", "planned"], ["subject", "=", "季度关怀回访"]],
    },
)


ENDED_CAMPAIGN = ("customer.care.campaign", dict.fromkeys(LANGUAGES, [["state", "=", "done"]]))


def _first(model):
    return model, dict.fromkeys(LANGUAGES, [])


def _tab(name):
    return (f".o_notebook_headers a[name='{name}']",)


PLAN = (
    "customer.care.plan",
    dict.fromkeys(LANGUAGES, [["state", "=", "running"], ["name", "=", "Key customer plan"]]),
)


PICTURES = {
    "care_plan": Picture("care_manager", "/odoo/care-plans/{id}", FORM, (1360, 900), record=PLAN),
    "care_measures": Picture("care_specialist", "/odoo/care-my-measures", LIST, (1360, 600)),
    "care_weak": Picture("care_supervisor", "/odoo/care-weak-relations", LIST, (1360, 600)),
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
        (*_tab("care"), *_tab("care_timeline")),
        ".o_care_lazy_list .o_data_row",
    ),
    "customer_profile": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 1100),
        GRADED,
        _tab("care"),
        "[name=care_nature]",
    ),
    "customer_privacy": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 1000),
        PERSON,
        (*_tab("care"), *_tab("care_privacy")),
        ".o_care_lazy_list .o_data_row",
    ),
    "customer_grading": Picture(
        "care_specialist",
        "/odoo/care-customers/{id}",
        FORM,
        (1360, 1350),
        GRADED,
        (*_tab("care"), *_tab("care_grading")),
        ".o_care_chart",
    ),
    "grades": Picture("care_supervisor", "/odoo/care-grades", LIST, (1500, 700)),
    "grading_run": Picture(
        "care_supervisor", "/odoo/care-grading-runs/{id}", FORM, (1360, 860), _first("customer.grading.run")
    ),
    "grade_proposals": Picture("care_manager", "/odoo/care-grade-proposals", LIST, (1360, 400)),
    "grading_scheme": Picture(
        "care_admin", "/odoo/care-grading-schemes/{id}", FORM, (1360, 900), _first("customer.grading.scheme")
    ),
    "grade": Picture(
        "care_admin",
        "/odoo/action-customer_care.customer_grade_action/{id}",
        FORM,
        (1360, 620),
        _first("customer.grade"),
    ),
    "retention": Picture(
        "care_supervisor",
        "/odoo/action-customer_care.customer_retention_report_action",
        ".o_care_matrix",
        (1360, 600),
    ),
    "care_report": Picture(
        "care_manager",
        "/odoo/care-report",
        ".o_care_tiles",
        (1360, 1000),
    ),
    "migration": Picture(
        "care_supervisor",
        "/odoo/action-customer_care.customer_grade_migration_action",
        ".o_care_matrix",
        (1360, 760),
    ),
    "campaign": Picture(
        "care_supervisor",
        "/odoo/care-campaigns/{id}",
        FORM,
        (1360, 900),
        ("customer.care.campaign", dict.fromkeys(LANGUAGES, [["state", "=", "inviting"]])),
    ),
    "campaign_effect": Picture(
        "care_supervisor",
        "/odoo/care-campaigns/{id}",
        FORM,
        (1360, 1250),
        ENDED_CAMPAIGN,
        _tab("effect"),
        "[name=effect_ids] .o_data_row",
    ),
    "campaign_checkin_phone": Picture(
        "care_supervisor",
        "/odoo/action-customer_care.customer_care_campaign_participant_action_checkin",
        BOARD,
        PHONE,
    ),
    "callbacks": Picture("care_specialist", "/odoo/care-callbacks", LIST, (1360, 480)),
    "callback": Picture("care_specialist", "/odoo/care-callbacks/{id}", FORM, (1360, 760), CALLBACK),
    "callbacks_phone": Picture("care_specialist", "/odoo/care-callbacks", BOARD, PHONE),
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
        (
            "customer.care.occasion",
            dict.fromkeys(LANGUAGES, [["kind", "=", "birthday"], ["channel", "=", "email"]]),
        ),
    ),
    "complaints": Picture("complaint_manager", "/odoo/complaints", BOARD, (1700, 800)),
    "complaint": Picture("complaint_handler", "/odoo/complaints/{id}", FORM, (1360, 900), COMPLAINT),
    "complaint_register": Picture(
        "complaint_manager", "/odoo/register-complaint/{id}", FORM, (1360, 1000), AGAIN
    ),
    "complaint_merge": Picture(
        "complaint_manager",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 900),
        AGAIN,
        ("button[name='action_merge']",),
        ".modal .o_data_row",
    ),
    "complaint_answer": Picture(
        "complaint_handler",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 900),
        COMPLAINT,
        ("button[name='action_answer']",),
        ".modal [name=body]",
    ),
    "complaint_solution": Picture(
        "complaint_handler",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 1150),
        COMPLAINT,
        _tab("solution"),
        "[name=compensation_ids] .o_data_row",
    ),
    "countermeasure_plan": Picture(
        "complaint_manager",
        "/odoo/countermeasure-plans/{id}",
        FORM,
        (1360, 900),
        ("customer.complaint.plan", dict.fromkeys(LANGUAGES, [["state", "=", "approved"]])),
        (),
        "[name=measure_ids] .o_data_row",
    ),
    "complaint_people": Picture("complaint_supervisor", "/odoo/complaints/{id}", FORM, (1360, 1150), OFFERED),
    "complaint_major": Picture(
        "complaint_manager",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 1300),
        ("customer.complaint", dict.fromkeys(LANGUAGES, [["is_major", "=", True]])),
        _tab("major"),
    ),
    "complaint_tasks": Picture("complaint_manager", "/odoo/complaint-tasks", LIST, (1360, 400)),
    "complaint_protected": Picture(
        "complaint_supervisor", "/odoo/complaints/{id}", FORM, (1360, 900), PROTECTED, wait=".fa-user-secret"
    ),
    "complaint_task": Picture(
        "complaint_manager",
        "/odoo/complaint-tasks/{id}",
        FORM,
        (1360, 760),
        _named("customer.complaint.task", "Find out where the second pallet is", "检测泄漏原因并出具报告"),
    ),
    "investigation": Picture(
        "complaint_manager",
        "/odoo/investigations/{id}",
        FORM,
        (1360, 1000),
        COMPLAINT,
        (),
        "[name=fact_ids] .o_data_row",
    ),
    "investigation_8d": Picture(
        "complaint_manager",
        "/odoo/investigations/{id}",
        FORM,
        (1360, 1000),
        ("customer.complaint", dict.fromkeys(LANGUAGES, COMPLAINT[1]["zh_CN"])),
        _tab("disciplines"),
        "[name=discipline_ids] .o_data_row",
    ),
    "investigation_responsibility": Picture(
        "complaint_manager",
        "/odoo/investigations/{id}",
        FORM,
        (1360, 1000),
        OWN_COMPLAINT,
        _tab("responsibility"),
        ".o_widget_care_lazy_html table",
    ),
    "actions": Picture("complaint_supervisor", "/odoo/complaint-actions", BOARD, (1500, 700)),
    "action_effect": Picture(
        "complaint_supervisor",
        "/odoo/complaint-actions/{id}",
        FORM,
        (1360, 1000),
        _named("customer.complaint.action", *["Two layers of foil around large appliances"] * 2),
        _tab("effect"),
        ".o_widget_care_lazy_html .rounded-top",
    ),
    "warnings": Picture("complaint_supervisor", "/odoo/complaint-warnings", LIST, (1360, 420)),
    "complaint_deadline": Picture(
        "complaint_handler",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 1800),
        COMPLAINT,
        _tab("deadline"),
        "[name=extension_ids] ~ .o_widget_care_lazy_html h4, .o_widget_care_lazy_html h4",
    ),
    "escalation": Picture(
        "complaint_supervisor",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 1750),
        ("customer.complaint", dict.fromkeys(LANGUAGES, [["escalation_state", "=", "open"]])),
        _tab("escalation"),
        "[name=escalation_ids] .o_data_row",
    ),
    "escalation_rule": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_escalation_action/{id}",
        FORM,
        (1360, 660),
        ("customer.complaint.escalation", dict.fromkeys(LANGUAGES, [["sequence", "=", 100]])),
    ),
    "policy_test": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_policy_test_action",
        ".o_field_widget[name=answer] table",
        (1360, 900),
    ),
    "missing_holidays": Picture(
        "care_admin",
        "/odoo/care-missing-holidays/{id}",
        FORM,
        (1360, 420),
        ("customer.holiday.reminder", dict.fromkeys(LANGUAGES, [["state", "=", "open"]])),
    ),
    "complaint_phone": Picture("complaint_handler", "/odoo/complaints/{id}", FORM, PHONE, COMPLAINT),
    "approvals": Picture("complaint_manager", "/odoo/customer-approvals", LIST, (1360, 400)),
    "compensation": Picture(
        "complaint_manager",
        "/odoo/compensations/{id}",
        FORM,
        (1360, 700),
        COMPENSATION,
    ),
    "compensation_document": Picture(
        "complaint_handler",
        "/odoo/compensations/{id}",
        FORM,
        (1360, 560),
        (
            "customer.complaint.compensation",
            dict.fromkeys(LANGUAGES, [["document_model", "=", "sale.order"]]),
        ),
    ),
    "teams": Picture("complaint_supervisor", "/odoo/complaint-teams", BOARD, (1360, 400)),
    "complaint_dashboard": Picture(
        "complaint_manager", "/odoo/complaint-dashboard", ".o_complaint_card canvas"
    ),
    "analysis": Picture("complaint_manager", "/odoo/complaint-analysis", ".o_pivot table"),
    "satisfaction": Picture(
        "care_supervisor", "/odoo/satisfaction-analysis", ".o_graph_canvas_container canvas"
    ),
    "portal_events": Picture("care_portal", "/my/care/events", ".o_care_event_row", (1100, 500)),
    "portal": Picture("care_portal", "/my/complaints", ".o_complaint_row", (1100, 620)),
    "portal_complaint": Picture(
        "care_portal", "/my/complaints/{id}", "#complaint_timeline", (1100, 760), OWN_COMPLAINT, ready=THREAD
    ),
    "portal_phone": Picture("care_portal", "/my/complaints", ".o_complaint_row", PHONE),
    "portal_complaint_phone": Picture(
        "care_portal", "/my/complaints/{id}", "#complaint_timeline", PHONE, OWN_COMPLAINT, ready=THREAD
    ),
    "portal_new": Picture("care_portal", "/my/complaints/new", ".o_complaint_form", (1100, 760)),
    "portal_solution": Picture(
        "care_portal",
        "/my/complaints/{id}",
        "#complaint_answer",
        (1100, 900),
        PROPOSED_COMPLAINT,
        ready=THREAD,
    ),
    "complaint_trainings": Picture(
        "complaint_manager", "/odoo/complaint-trainings", ".o_list_view .o_data_row", (1360, 500)
    ),
    "complaint_scorecard": Picture(
        "complaint_manager",
        "/odoo/complaint-scorecards/{id}",
        ".o_field_widget[name='explanation'] table",
        (1360, 1100),
        record=("customer.complaint.scorecard", dict.fromkeys(LANGUAGES, [["has_total", "=", True]])),
    ),
    "complaint_audit": Picture(
        "complaint_manager",
        "/odoo/complaint-audits/{id}",
        ".o_field_widget[name='line_ids'] .o_data_row",
        (1360, 1100),
        record=("customer.complaint.audit", dict.fromkeys(LANGUAGES, [])),
    ),
    "complaint_ratings": Picture(
        "complaint_manager", "/odoo/complaint-ratings", ".o_graph_view canvas", (1360, 600)
    ),
    "public_form": Picture("care_portal", "/complaint/customer-service", ".o_complaint_form", (1100, 1000)),
    "public_form_phone": Picture("care_portal", "/complaint/customer-service", ".o_complaint_form", PHONE),
    "complaint_sign": Picture(
        "complaint_manager",
        "/odoo/complaints/{id}",
        FORM,
        (1360, 900),
        PROPOSED_COMPLAINT,
        ("button[name='action_sign']",),
        ".modal [name=registered] table",
    ),
    "team_web": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_team_action_configuration/{id}",
        FORM,
        (1360, 760),
        _first("customer.complaint.team"),
        _tab("web"),
        "[name=web_qr] img",
    ),
    "settings": Picture(
        "care_admin",
        "/odoo/action-customer_care.res_config_settings_action",
        "[name=care_calendar_id]",
        (1360, 400),
    ),
    "team": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_team_action_configuration/{id}",
        FORM,
        (1360, 560),
        _first("customer.complaint.team"),
    ),
    "stages": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_stage_action",
        LIST,
        (1360, 560),
    ),
    "team_flow": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_team_action_configuration/{id}",
        FORM,
        (1360, 900),
        ("customer.complaint.team", dict.fromkeys(LANGUAGES, [["has_own_stages", "=", True]])),
    ),
    "flow_chart": Picture(
        "complaint_manager",
        "/odoo/complaint-teams",
        BOARD,
        (1360, 640),
        click=("a[name=action_open_flow_chart]",),
        wait=".o_complaint_flow",
    ),
    "time_limit_matrix": Picture("complaint_manager", "/odoo/complaint-time-limits", LIST, (1500, 420)),
    "holiday_import": Picture(
        "care_admin",
        "/odoo/action-customer_care.customer_holiday_import_action",
        ".modal .o_form_view",
        (1360, 900),
        click=(".modal button[name='action_preview']",),
        wait=".modal .o_data_row",
    ),
    "policy": Picture(
        "complaint_manager",
        "/odoo/action-customer_complaint.customer_complaint_policy_action/{id}",
        FORM,
        (1360, 520),
        _first("customer.complaint.policy"),
    ),
    "desk": Picture(
        "care_specialist", "/odoo/care-my-calls", ".o_care_desk .o_care_call_numbers", (1360, 1000)
    ),
    "desk_phone": Picture(
        "care_specialist", "/odoo/care-my-calls", ".o_care_desk .o_care_call_numbers", PHONE
    ),
    "call_script": Picture(
        "care_admin",
        "/odoo/care-call-scripts/{id}",
        FORM,
        (1360, 620),
        _first("customer.callback.script"),
    ),
    "retry_policy": Picture(
        "care_admin",
        "/odoo/care-retry-policies/{id}",
        FORM,
        (1360, 620),
        _first("customer.callback.policy"),
    ),
    "callback_rule": Picture(
        "care_admin",
        "/odoo/care-callback-rules/{id}",
        FORM,
        (1360, 860),
        ("customer.callback.rule", dict.fromkeys(LANGUAGES, [["trigger", "=", "purchase"]])),
    ),
    "callback_preview": Picture(
        "care_supervisor",
        "/odoo/care-callback-rules/{id}",
        FORM,
        (1360, 760),
        ("customer.callback.rule", dict.fromkeys(LANGUAGES, [["trigger", "=", "dormant"]])),
        click=("button[name=action_preview]",),
        wait="button[name=action_open_left_out]",
    ),
    "approval_rules": Picture("care_admin", "/odoo/customer-approval-rules", LIST, (1360, 400)),
    "survey_rule": Picture(
        "care_admin",
        "/odoo/survey-rules/{id}",
        FORM,
        (1360, 560),
        ("customer.survey.rule", dict.fromkeys(LANGUAGES, [["trigger", "=", "complaint_closed"]])),
    ),
}


def login(browser, database, name, code):
    """Log in as ``name`` with the language ``code``; the session takes it from the login."""
    browser.login(database, name, name)
    user_id = browser.rpc("/web/session/get_session_info", {})["uid"]
    browser.call_kw("res.users", "write", [[user_id], {"lang": code}])
    browser.login(database, name, name)


def take(browser, language, name, picture):
    """Take one picture.

    :raises PageError: when the screen or its record is not there.
    """
    path = picture.path
    if picture.record:
        model, domains = picture.record
        ids = browser.call_kw(model, "search", [domains[language]], limit=1)
        if not ids:
            raise PageError(f"no {model} for the picture")
        path = path.format(id=ids[0])
    browser.size(*picture.size, mobile=picture.size == PHONE)
    browser.open(path, picture.selector)
    for selector in picture.click:
        browser.click(selector)
    if picture.wait:
        browser.wait(picture.wait)
    if picture.ready:
        browser.wait_for(picture.ready, "the last part of the page")
    target = IMAGES / language / f"{name}.png"
    browser.picture(target)
    shrink(target)


def shrink(path):
    """Keep the colors that matter: a screen has few."""
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def take_all(browser, database, language, names):
    """Take the wanted pictures in one language; return what went wrong."""
    failed = []
    current = None
    for name, picture in sorted(PICTURES.items(), key=lambda item: item[1].login):
        if names and not {name, language, f"{language}/{name}"}.intersection(names):
            continue
        try:
            if picture.login != current:
                current = None
                login(browser, database, picture.login, LANGUAGES[language])
                current = picture.login
            take(browser, language, name, picture)
        except PageError as error:
            failed.append(f"{language}/{name}: {error}")
    return failed + [f"error in the browser: {error}" for error in browser.errors]


def main():
    program, url, database, *names = sys.argv[1:]
    failed = []
    for language, code in LANGUAGES.items():
        browser = Browser(program, url, code)
        try:
            failed += take_all(browser, database, language, names)
        finally:
            browser.close()
    if failed:
        print(*failed, sep="\n", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
