// Tom Select with what the portal uses of it; loaded by the pages that have a searchable drop-down.
import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";

TomSelect.define("remove_button", removeButton);

export default TomSelect;
