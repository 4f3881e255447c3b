// The script of the agents' page. Of listeners to the same event, that of the module that comes first is called first.
import "./portal/index.js";
import "./inbox/keyed.js";
import "./inbox/navigation.js";
import "./inbox/list.js";
import "./inbox/thread.js";
import "./inbox/contact.js";
import "./inbox/lightbox.js";
import "./inbox/undo.js";
import "./inbox/keyboard.js";
import "./inbox/palette.js";
import "./inbox/new_message.js";
import "./inbox/presence.js";
import "./inbox/live.js";
import "./composer/composing.js";
import "./outbox/outbox.js";
import "./composer/drafts.js";
import "./composer/files.js";
import "./composer/canned.js";
import "./composer/emoji.js";
import "./composer/quoting.js";
import "./composer/plain_characters.js";
import "./composer/keys.js";
import "./composer/notes.js";
import "./inbox/notifications.js";
import "./inbox/worker.js";

export { default as htmx } from "./htmx.js";
