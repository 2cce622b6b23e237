import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What a restatement says: which figures moved, and what was entered in between. */
export class ChangesField extends Component {
    static template = "crm_property_sales.ChangesField";
    static props = { ...standardFieldProps };

    get changes() {
        return this.props.record.data[this.props.name] || { moved: [], causes: [] };
    }
}

registry.category("fields").add("property_changes", {
    component: ChangesField,
    supportedTypes: ["json"],
});
