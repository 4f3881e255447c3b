// The script of every page of the portal but the inbox.
import "./portal/index.js";

export { default as htmx } from "./htmx.js";
