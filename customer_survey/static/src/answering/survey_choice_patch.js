import { patch } from "@web/core/utils/patch";
import { SurveyForm } from "@survey/interactions/survey_form";

/**
 * The answer that the customer clicked in the mail is chosen when its question is shown. No event is sent for it: it
 * would send the page, and the customer does that.
 */
patch(SurveyForm.prototype, {
    start() {
        super.start();
        this.chooseFromMail();
    },

    onNextScreenDone(options) {
        super.onNextScreenDone(...arguments);
        this.chooseFromMail();
    },

    chooseFromMail() {
        const formEl = this.el.querySelector("form[data-care-choice]");
        const inputEl = formEl?.querySelector(`input[id="${formEl.dataset.careChoice}"]`);
        if (!inputEl) {
            return;
        }
        delete formEl.dataset.careChoice;
        if (formEl.querySelector(`input[name="${inputEl.name}"]:checked`)) {
            return;
        }
        inputEl.checked = true;
        inputEl.classList.add("o_survey_form_choice_item_selected");
        inputEl.closest("label").classList.add("o_survey_selected");
        this.applyScoreConditions();
    },
});
