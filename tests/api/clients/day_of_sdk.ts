// The texts of an agent's day, with files, by the functions that @hey-api/openapi-ts makes of the document.
import { client } from "./sdk/client.gen";
import { attachment, listSessions, pickUp, reply, replyWithFiles } from "./sdk/sdk.gen";

declare const process: { argv: string[] };
const [origin = "", token = ""] = process.argv.slice(2);
client.setConfig({ baseUrl: origin, auth: token, throwOnError: true });

const { data: found } = await listSessions({ query: { state: "waiting" }, throwOnError: true });
const path = { session_id: found.items[0]?.id ?? 0 };
await pickUp({ path, throwOnError: true });
await reply({ path, body: { body: "By the sdk" }, throwOnError: true });
const png = atob(
  "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAFElEQVR4nGNUyD7CAANMDE" +
    "gANwcAQc4BV1/+Xr8AAAAASUVORK5CYII=",
);
const bytes = Uint8Array.from(png, (letter) => letter.charCodeAt(0));
const picture = new File([bytes], "door.png", { type: "image/png" });
const { data: sent } = await replyWithFiles({ path, body: { body: "Look", media: [picture] }, throwOnError: true });
const [file] = sent.attachments;
if (!file || file.content_type !== "image/png") throw new Error("the picture was not sent as one");
await attachment({ path: { attachment_id: file.id }, parseAs: "blob", throwOnError: true });
