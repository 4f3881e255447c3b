// An agent's day by openapi-fetch, with the types that openapi-typescript makes of the document.
import createClient from "openapi-fetch";
import type { paths } from "./schema";

declare const process: { argv: string[] };
const [origin = "", token = ""] = process.argv.slice(2);
const desk = createClient<paths>({ baseUrl: origin, headers: { Authorization: `Bearer ${token}` } });

type Answer<T> = { data?: T; error?: unknown };
const got = async <T>(asked: Promise<Answer<T>>): Promise<NonNullable<T>> => {
  const { data, error } = await asked;
  if (data === undefined || data === null) throw new Error(`no answer: ${JSON.stringify(error)}`);
  return data;
};

const later = new Date(Date.now() + 7_200_000).toISOString();
const { extension } = await got(desk.GET("/api/v1/me"));
const query = { state: "waiting" } as const;
const [waiting] = (await got(desk.GET("/api/v1/sessions", { params: { query } }))).items;
const path = { session_id: waiting?.id ?? 0 };
const session = await got(desk.POST("/api/v1/sessions/{session_id}/pick-up", { params: { path } }));
if (session.agent?.number !== extension?.number) throw new Error("it is another's");
const { items } = await got(desk.GET("/api/v1/sessions/{session_id}/messages", { params: { path } }));
const text = items.find((one) => one.kind === "inbound");
const answer = { body: `You wrote: ${text?.body}` };
await got(desk.POST("/api/v1/sessions/{session_id}/messages", { params: { path }, body: answer }));
const due = await got(
  desk.POST("/api/v1/sessions/{session_id}/messages", { params: { path }, body: { body: "Later", due_at: later } }),
);
const message = { message_id: due.id };
const change = { params: { path: message }, body: { body: "Later still" } };
await got(desk.POST("/api/v1/messages/{message_id}/reschedule", change));
await got(desk.POST("/api/v1/messages/{message_id}/cancel", { params: { path: message } }));
const note = { body: "A good day." };
await got(desk.POST("/api/v1/sessions/{session_id}/notes", { params: { path }, body: note }));
await got(desk.PUT("/api/v1/sessions/{session_id}/tags", { params: { path }, body: { tags: ["day"] } }));
await got(desk.POST("/api/v1/sessions/{session_id}/snooze", { params: { path }, body: { until: later } }));
await got(desk.POST("/api/v1/sessions/{session_id}/unsnooze", { params: { path } }));
const number = { number: session.contact };
await got(desk.PUT("/api/v1/contacts/{number}", { params: { path: number }, body: { name: "Grace" } }));
const how = { scheduled: "cancel" } as const;
await got(desk.POST("/api/v1/sessions/{session_id}/close", { params: { path, query: how } }));
await got(desk.POST("/api/v1/sessions/{session_id}/reopen", { params: { path } }));
const blank = { params: { path }, body: { body: " " } };
const refused = await desk.POST("/api/v1/sessions/{session_id}/messages", blank);
if (refused.error?.code !== "invalid") throw new Error("a blank text was taken");
