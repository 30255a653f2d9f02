import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { SurveyForm } from "@survey/interactions/survey_form";

const CONDITIONAL = ".js_question-wrapper[data-care-condition]";

/** Questions that depend on a score: shown and hidden while the customer answers. */
patch(SurveyForm.prototype, {
    start() {
        super.start();
        // Scales arrive as choices; a number is typed.
        this.addListener(this.el, "input", (ev) => {
            if (ev.target.type === "number") {
                this.applyScoreConditions();
            }
        });
    },

    onChoiceItemChange(ev) {
        // First: what core does next depends on whether this is the last page.
        this.applyScoreConditions();
        return super.onChoiceItemChange(ev);
    },

    /** Leave out hidden questions when the page is validated. */
    getInactiveConditionalQuestionIds() {
        const hiddenEls = this.el.querySelectorAll(`${CONDITIONAL}.d-none`);
        return [
            ...super.getInactiveConditionalQuestionIds(),
            ...Array.from(hiddenEls, (el) => parseInt(el.id)),
        ];
    },

    /** Show the questions whose condition is met. In the order of the page: one may depend on another. */
    applyScoreConditions() {
        for (const el of this.el.querySelectorAll(CONDITIONAL)) {
            const { careCondition, careMin, careMax } = el.dataset;
            const sourceEl = this.el.querySelector(`.js_question-wrapper[id="${careCondition}"]`);
            if (!sourceEl) {
                continue; // answered on an earlier page: the server has decided
            }
            const isAsked = this.isScoreBetween(sourceEl, careMin, careMax);
            if (isAsked === el.classList.contains("d-none")) {
                el.classList.toggle("d-none", !isAsked);
                if (!isAsked) {
                    this.uncheckChoices(el);
                }
            }
        }
        for (const sectionEl of this.el.querySelectorAll(".js_section_wrapper")) {
            if (sectionEl.querySelector(CONDITIONAL) && !sectionEl.querySelector(".o_survey_description")) {
                const isEmpty = !sectionEl.querySelector(".js_question-wrapper:not(.d-none)");
                sectionEl.classList.toggle("d-none", isEmpty);
            }
        }
        this.updateSubmitButton();
    },

    isScoreBetween(sourceEl, min, max) {
        const inputEl = sourceEl.querySelector("input:checked, input[type='number']");
        if (!inputEl || inputEl.value === "" || sourceEl.classList.contains("d-none")) {
            return false;
        }
        const value = parseFloat(inputEl.value);
        return value >= parseInt(min) && value <= parseInt(max);
    },

    /** Take back choices of a hidden question: others may depend on them. What was typed stays in case it is shown again. */
    uncheckChoices(questionEl) {
        for (const inputEl of questionEl.querySelectorAll("input:checked")) {
            inputEl.checked = false;
            inputEl.classList.remove("o_survey_form_choice_item_selected");
            this.triggerEvent(inputEl, "change");
        }
    },

    /** Offer to go on, not to submit, when an answer of the last page leads to another question. */
    updateSubmitButton() {
        const data = this.el.querySelector(".o_survey_form_content_data")?.dataset;
        const conditions = JSON.parse(data?.careNextConditions || "[]");
        if (!conditions.length) {
            return;
        }
        // Choices that lead on are looked at here too: core would take back what scores say.
        data.careNextTriggers ??= data.surveyLastTriggeringAnswers || "[]";
        delete data.surveyLastTriggeringAnswers;
        const triggers = JSON.parse(data.careNextTriggers);
        const chosen = Array.from(
            this.el.querySelectorAll(
                ".o_survey_form_choice:not([data-question-type='scale']) input:checked"
            ),
            (el) => parseInt(el.value)
        );
        const goesOn =
            chosen.some((id) => triggers.includes(id)) ||
            conditions.some(({ question, min, max }) => {
                const sourceEl = this.el.querySelector(`.js_question-wrapper[id="${question}"]`);
                return sourceEl && this.isScoreBetween(sourceEl, min, max);
            });
        const buttonEl = this.el.querySelector("button[type='submit']");
        buttonEl.value = goesOn ? "next" : "finish";
        buttonEl.textContent = goesOn ? _t("Continue") : _t("Submit");
        buttonEl.classList.toggle("btn-primary", goesOn);
        buttonEl.classList.toggle("btn-secondary", !goesOn);
    },
});
