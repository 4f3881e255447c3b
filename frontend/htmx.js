// htmx as a module: whoever needs it imports it from here, and no page has it as a global.
import htmx from "htmx.org/dist/htmx.esm.js";

export default htmx;
