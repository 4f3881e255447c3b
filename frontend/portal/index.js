// What every page has. A module of one page alone does nothing where its elements are not.
import "../htmx.js";
import "../bootstrap.js";
import "./fields.js";
import "./too_long.js";
import "./dialog.js";
import "./page.js";
import "./push.js";
import "./unsaved.js";
import "./segments.js";
import "./rows.js";
import "./logs.js";
import "./chart.js";
import "./passkeys.js";
import "./notification_settings.js";
