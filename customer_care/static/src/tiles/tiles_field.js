import { registry } from "@web/core/registry";
import { CareMatrixField } from "@customer_care/matrix/matrix_field";

/**
 * Figures side by side, each with its target and its definition. The value of the field (Json) is
 * {method, tiles: [{name, value, note, target, class, definition, args}]};
 * a tile with args calls the method of the record with them and opens the action that it returns.
 */
export class CareTilesField extends CareMatrixField {
    static template = "customer_care.TilesField";
}

registry.category("fields").add("care_tiles", {
    component: CareTilesField,
    supportedTypes: ["json"],
});
