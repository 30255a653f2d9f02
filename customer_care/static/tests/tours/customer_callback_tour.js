import { registry } from "@web/core/registry";

const customer = (name) => `.o_care_desk [name=partner_id]:contains('${name}')`;
const header = (method) => `.o_statusbar_buttons button[name=${method}]`;

// A morning at the desk: start, answer, finish, the next customer, and one call taken back.
registry.category("web_tour.tours").add("customer_care_desk", {
    steps: () => [
        { content: "the overdue customer comes first", trigger: customer("Tour first") },
        { content: "of two", trigger: "[name=position_text]:contains('1 of 2 today, 0 done')" },
        { content: "the number can be dialled", trigger: "a[href='tel:+4930123']" },
        { content: "start the call", trigger: header("action_start_call"), run: "click" },
        { content: "the clock runs", trigger: ".o_care_call_timer" },
        { content: "it is started once", trigger: `.o_statusbar_buttons:not(:has(button[name=action_start_call]))` },
        { content: "it is not finished without an answer", trigger: header("action_desk_reached"), run: "click" },
        { content: "the note is asked for", trigger: ".modal-body:contains('satisfaction or a note')" },
        { content: "well then", trigger: ".modal-footer .btn-primary", run: "click" },
        {
            content: "answer the question",
            trigger: "body:not(:has(.modal)) .o_care_question:contains('Is all well?') .btn:contains('No')",
            run: "click",
        },
        {
            content: "the next question follows from the answer",
            trigger: ".o_care_question:contains('What is wrong?') textarea",
            run: "edit The pump && click body",
        },
        {
            content: "the satisfaction",
            trigger: ".o_care_desk_result [name=satisfaction] .btn:contains('9')",
            run: "click",
        },
        {
            content: "is chosen",
            trigger: ".o_care_desk_result [name=satisfaction] .btn-primary:contains('9')",
        },
        { content: "reached", trigger: header("action_desk_reached"), run: "click" },
        { content: "the next customer appears", trigger: customer("Tour second") },
        { content: "one is done", trigger: "[name=position_text]:contains('1 of 1 today, 1 done')" },
        { content: "take it back", trigger: "button[name=action_desk_undo]", run: "click" },
        { content: "the first customer is back", trigger: customer("Tour first") },
        { content: "with the answers", trigger: ".o_care_question .btn-primary:contains('No')" },
        { content: "with the satisfaction", trigger: "[name=satisfaction] .btn-primary:contains('9')" },
        { content: "leave it for now", trigger: header("action_next"), run: "click" },
        { content: "the second customer again", trigger: customer("Tour second") },
        { content: "nobody answers", trigger: header("action_desk_no_answer"), run: "click" },
        { content: "and back to the first", trigger: customer("Tour first") },
        { content: "reached again", trigger: header("action_desk_reached"), run: "click" },
        { content: "the day is done", trigger: "h1:contains('All calls of today are done')" },
    ],
});
