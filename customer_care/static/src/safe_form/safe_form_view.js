import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { registry } from "@web/core/registry";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { formView } from "@web/views/form/form_view";

const CHANGED = "odoo.addons.customer_care.models.customer_save_mixin.ChangedMeanwhile";
// the name under which the server expects what was read
const SEEN = "seen_values";

/** Shows what somebody else has written meanwhile beside one's own, and asks whose shall stay. */
export class ChangedMeanwhileDialog extends Component {
    static template = "customer_care.ChangedMeanwhileDialog";
    static components = { Dialog };
    static props = { message: String, changes: Array, onChoose: Function, close: Function };

    choose(choice) {
        this.props.onChoose(choice);
        this.props.close();
    }
}

/** A record that sends with its changes what it had read, so that the server notices changes of others. */
class SafeRecord extends RelationalModel.Record {
    _setData() {
        super._setData(...arguments);
        this.isAsRead = true;
        this.dropped = [];
        this.accepted = {};
    }

    /** Complete the values that are about to be sent. */
    prepareSave(changes) {
        for (const name of this.dropped) {
            delete changes[name];
        }
        const seen = {};
        for (const name of this.resId && this.isAsRead ? Object.keys(changes) : []) {
            const { type } = this.fields[name];
            if (!["one2many", "many2many", "binary", "properties"].includes(type)) {
                seen[name] = name in this.accepted ? this.accepted[name] : this._formatServerValue(type, this._values[name]);
            }
        }
        if (Object.keys(seen).length) {
            changes[SEEN] = seen;
        }
    }

    async _save(options = {}) {
        const onError = async (error, helpers) => {
            if (error.exceptionName === CHANGED) {
                return this.askWhoseStay(error.data.arguments, options);
            }
            if (options.onError) {
                return options.onError(error, helpers);
            }
            throw error;
        };
        const isSaved = await super._save({ ...options, onError });
        if (isSaved && options.reload === false) {
            // the server may have stored it in another way, and that has not been read
            this.isAsRead = false;
        }
        return isSaved;
    }

    /** Resolves to whether the record is saved in the end. */
    async askWhoseStay([message, changes], options) {
        const choice = await new Promise((resolve) => {
            this.model.dialog.add(
                ChangedMeanwhileDialog,
                { message, changes, onChoose: resolve },
                { onClose: () => resolve("edit") },
            );
        });
        if (choice === "mine") {
            for (const { name, value } of changes) {
                this.accepted[name] = value;
            }
        } else if (choice === "theirs") {
            this.dropped.push(...changes.map(({ name }) => name));
        } else {
            return false;
        }
        return this._save(options);
    }
}

class SafeModel extends RelationalModel {
    static Record = SafeRecord;

    setup() {
        super.setup(...arguments);
        const { onWillSaveRecord } = this.hooks;
        this.hooks.onWillSaveRecord = async (record, changes) => {
            const canProceed = await onWillSaveRecord(record, changes);
            if (canProceed !== false) {
                record.prepareSave(changes);
            }
            return canProceed;
        };
    }
}

registry.category("views").add("care_safe_form", { ...formView, Model: SafeModel });
