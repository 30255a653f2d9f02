import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

const title = "[name=name] textarea, [name=name] input";
const closed = "body:not(:has(.modal))";
const saved = `${closed} .o_form_status_indicator_buttons.invisible:not(:visible)`;

// What a colleague does at another place while the form is open.
const changeElsewhere = (name) => async () => {
    const id = parseInt(window.location.pathname.split("/").pop());
    await rpc("/web/dataset/call_kw/customer.complaint/write", {
        model: "customer.complaint",
        method: "write",
        args: [[id], { name }],
        kwargs: {},
    });
    document.body.dataset.elsewhere = name;
};

// A colleague changes the title while one writes: nothing is lost unseen, and one decides.
registry.category("web_tour.tours").add("customer_complaint_save", {
    steps: () => [
        { content: "the form is there", trigger: title, run: changeElsewhere("Theirs") },
        { content: "write a title", trigger: `body[data-elsewhere='Theirs'] ${title}`, run: "edit Mine" },
        { content: "and another field", trigger: "[name=phone] input", run: "edit 021 5555" },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "theirs is shown", trigger: ".modal .o_care_changed[data-name=name] .o_care_theirs:contains('Theirs')" },
        { content: "beside mine", trigger: ".modal .o_care_mine:contains('Mine')" },
        { content: "go back", trigger: ".modal-footer button:contains('Back')", run: "click" },
        { content: "save again", trigger: `${closed} .o_form_button_save`, run: "click" },
        { content: "keep theirs", trigger: ".modal .o_care_keep_theirs", run: "click" },
        { content: "it is saved", trigger: saved, run: changeElsewhere("Theirs again") },
        { content: "once more", trigger: `body[data-elsewhere='Theirs again'] ${title}`, run: "edit Mine again" },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "keep mine", trigger: ".modal .o_care_keep_mine", run: "click" },
        { content: "it is saved", trigger: saved },
    ],
});
