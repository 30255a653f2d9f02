import { registry } from "@web/core/registry";

const field = (name) => `.modal .o_field_widget[name=${name}]`;
const confirm = ".modal-footer button[name=action_confirm]";

// A stage asks for fields of several types; the dialog of the move takes them all.
registry.category("web_tour.tours").add("customer_complaint_move_values", {
    steps: () => [
        { content: "move", trigger: ".o_statusbar_status button:contains('Accepted')", run: "click" },
        { content: "a char", trigger: `${field("x_char")} input`, run: "edit Size 7" },
        { content: "html", trigger: `${field("x_html")} .odoo-editor-editable`, run: "editor A leak" },
        { content: "a yes", trigger: `${field("x_boolean")} input`, run: "click" },
        { content: "a choice", trigger: `${field("x_selection")} input`, run: "click" },
        { content: "of those", trigger: ".o_select_menu_item:contains('Blue')", run: "click" },
        { content: "an amount", trigger: `${field("x_amount")} input`, run: "edit 12.5" },
        { content: "tags", trigger: `${field("x_category_ids")} input`, run: "edit Tour" },
        { content: "the tag", trigger: ".o-autocomplete--dropdown-item:contains('Tour tag')", run: "click" },
        { content: "it is there", trigger: `${field("x_category_ids")} .o_tag:contains('Tour tag')` },
        { content: "the date is forgotten", trigger: confirm, run: "click" },
        { content: "it is said", trigger: ".modal [name=line_ids] td:contains('Fill in: My x_date')" },
        { content: "only that is left", trigger: `.modal:not(:has([name=x_char])) [name=x_date]` },
        { content: "a date", trigger: `${field("x_date")} input, ${field("x_date")} button`, run: "click" },
        { content: "today", trigger: ".o_datetime_picker .o_today, .o_datetime_picker .o_date_item_cell:not(.o_out_of_range)", run: "click" },
        { content: "move", trigger: confirm, run: "click" },
        {
            content: "it has moved",
            trigger: "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains('Accepted')",
        },
    ],
});
