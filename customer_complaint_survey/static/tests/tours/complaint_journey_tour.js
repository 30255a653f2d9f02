import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const compensation = "div[name=compensation_ids]";

// The names people see, so that the journey proves the language too.
const WORDS = {
    en: { solution: "Solution & Compensation", resolved: "Resolved", closed: "Closed", reached: "Reached", no: "No", answer: "Survey Answer" },
    zh: { solution: "解决方案与补偿", resolved: "已解决", closed: "已关闭", reached: "已联系上", no: "否", answer: "问卷答复" },
};

function openSolution(words) {
    return [
        {
            content: "open the page of the solution",
            trigger: `.o_notebook a[name=solution]:contains("${words.solution}")`,
            run: "click",
        },
    ];
}

// A stage stands in the bar or, where there is no room, in its menu.
function moveTo(stage) {
    const find = (selector) =>
        [...document.querySelectorAll(selector)].find(
            (element) => element.getClientRects().length && element.textContent.includes(stage)
        );
    const inBar = ".o_statusbar_status button.o_arrow_button:not(.dropdown-toggle)";
    return [
        {
            content: `move to ${stage}`,
            trigger: ".o_statusbar_status",
            async run({ waitUntil }) {
                if (!find(inBar)) {
                    document.querySelector(".o_statusbar_status .dropdown-toggle").click();
                }
                await waitUntil(() => find(`${inBar}, .o-dropdown--menu .dropdown-item`));
                find(`${inBar}, .o-dropdown--menu .dropdown-item`).click();
            },
        },
        {
            content: "it is there",
            trigger: `.o_statusbar_status .o_arrow_button_current:contains("${stage}")`,
        },
        { content: "saved", trigger: ".o_form_status_indicator_buttons:not(:visible), .o_form_saved" },
    ];
}

for (const [language, words] of Object.entries(WORDS)) {
    tours.add(`complaint_journey_handle_${language}`, {
        steps: () => [
            { content: "take it", trigger: "button[name=action_assign_to_me]", run: "click" },
            { content: "taken", trigger: ".o_form_view:not(:has(button[name=action_assign_to_me]))" },
            ...openSolution(words),
            {
                content: "offer a compensation",
                trigger: `${compensation} .o_field_x2many_list_row_add :is(a, button)`,
                run: "click",
            },
            {
                content: "of twelve thousand",
                trigger: ".modal [name=amount] input",
                run: "edit 12000",
            },
            { content: "take it over", trigger: ".modal .o_form_button_save:enabled", run: "click" },
            {
                content: "save the complaint",
                trigger: "body:not(:has(.modal)) .o_form_button_save:enabled",
                run: "click",
            },
            { content: "saved", trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible" },
            {
                content: "ask for approval",
                trigger: `${compensation} button[name=action_request_approval]`,
                run: "click",
            },
            {
                content: "asked",
                trigger: `${compensation}:not(:has(button[name=action_request_approval]))`,
            },
        ],
    });
    tours.add(`complaint_journey_approve_${language}`, {
        steps: () => [
            {
                content: "approve what waits for me",
                trigger: ".o_data_row button[name=action_approve]",
                run: "click",
            },
            { content: "nothing waits any more", trigger: ".o_view_nocontent" },
        ],
    });
    tours.add(`complaint_journey_resolve_${language}`, {
        steps: () => [
            ...openSolution(words),
            {
                content: "give what was approved",
                trigger: `${compensation} button[name=action_execute]`,
                run: "click",
            },
            { content: "the proof", trigger: ".modal [name=evidence] :is(input, textarea)", run: "edit Transfer 4711" },
            { content: "executed", trigger: ".modal button[name=action_confirm]", run: "click" },
            {
                content: "given",
                trigger: `body:not(:has(.modal)) ${compensation}:not(:has(button[name=action_execute]))`,
            },
            ...moveTo(words.resolved),
        ],
    });
    tours.add(`complaint_journey_call_${language}`, {
        steps: () => [
            { content: "the only call of today", trigger: ".o_data_row .o_data_cell[name=partner_id]", run: "click" },
            {
                content: "little content",
                trigger: "div[name=satisfaction] .o_care_scale button:nth-child(3)",
                run: "click",
            },
            { content: "marked", trigger: "div[name=satisfaction] .o_care_scale button:nth-child(3).btn-primary" },
            {
                content: "the problem is not solved",
                trigger: "div[name=problem_solved] input",
                run: "click",
            },
            {
                content: "choose it",
                trigger: `.o_select_menu_item:contains("${words.no}")`,
                run() {
                    [...document.querySelectorAll(".o_select_menu_item")]
                        .find((item) => item.textContent.trim() === words.no)
                        .click();
                },
            },
            { content: "chosen", trigger: `div[name=problem_solved] input:value("${words.no}")` },
            {
                content: "reached",
                trigger: `button[name=action_reached]:contains("${words.reached}")`,
                run: "click",
            },
            { content: "done", trigger: ".o_form_view:not(:has(button[name=action_reached]))" },
        ],
    });
    tours.add(`complaint_journey_follow_${language}`, {
        steps: () => [
            { content: "what was answered", trigger: `.o_notebook a[name=survey_answer]:contains("${words.answer}")` },
            {
                content: "the low answers stand out",
                trigger: ".o_notebook .tab-pane.active td.text-danger",
            },
            {
                content: "what the customer is told",
                trigger: "div[name=note] textarea",
                run: "edit New heater, order 4711",
            },
            {
                content: "the problem is solved",
                trigger: "div[name=problem_solved] input[data-value=yes]",
                run: "click",
            },
            {
                content: "reached",
                trigger: `button[name=action_desk_reached]:visible:contains("${words.reached}")`,
                run: "click",
            },
            { content: "no other call today", trigger: "body:not(:has(button[name=action_desk_reached]:visible))" },
        ],
    });
    tours.add(`complaint_journey_close_${language}`, {
        steps: () => [...moveTo(words.resolved), ...moveTo(words.closed)],
    });
}

// The radio buttons themselves are hidden behind their labels.
function answerPoorly() {
    for (const question of document.querySelectorAll(".js_question-wrapper")) {
        question.querySelector("input[type=radio][value='2']")?.click();
    }
}

tours.add("complaint_journey_answer", {
    steps: () => [
        { content: "begin", trigger: ".o_survey_form button[type=submit][value=start]", run: "click" },
        {
            content: "poor in every respect",
            trigger: ".o_survey_form:has(button[value=next]) .js_question-wrapper",
            run: answerPoorly,
        },
        { content: "next", trigger: ".o_survey_form button[type=submit][value=next]", run: "click" },
        {
            content: "would not recommend",
            trigger: ".o_survey_form:has(button[value=finish]) .js_question-wrapper",
            run: answerPoorly,
        },
        { content: "finish", trigger: ".o_survey_form button[type=submit][value=finish]", run: "click" },
        { content: "yes, submit", trigger: ".modal .btn-primary", run: "click" },
        { content: "thanked", trigger: ".o_survey_finished" },
    ],
});

tours.add("complaint_journey_portal", {
    steps: () => [
        {
            content: "own complaint",
            trigger: "a[href*='/my/complaints/']:not([href*='/new'])",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "write",
            trigger: "#chatterRoot:shadow .o-mail-Composer-input:enabled",
            run: "edit When will somebody come?",
        },
        { content: "send", trigger: "#chatterRoot:shadow .o-mail-Composer-send:enabled", run: "click" },
        {
            content: "sent",
            trigger: "#chatterRoot:shadow .o-mail-Message:contains('When will somebody come?')",
        },
    ],
});
