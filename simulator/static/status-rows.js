// How an entry of each list is shown: { key, at, badge, what, end, more }.
import { make, timeOf } from "./common.js";

const TONES = { delivered: "good", received: "good", sent: "good", failed: "bad", undelivered: "bad", queued: "warn" };
const KINDS = { inbound: "Webhook", fallback: "Fallback", status: "Callback", api: "API" };

function pill(text, tone = "") {
  return make("span", { className: `pill ${tone}` }, text);
}

function block(title, text) {
  return text ? make("div", {}, make("h3", {}, title), make("pre", {}, text)) : null;
}

function lines(object) {
  return Object.entries(object ?? {}).map(([name, value]) => `${name}: ${value}`).join("\n");
}

function httpTone(entry) {
  return entry.status >= 200 && entry.status < 400 && !entry.alert ? "good" : "bad";
}

export function messageRow(message) {
  const pictures = message.media.length || message.media_urls.length;
  const text = message.body || `${pictures} picture${pictures === 1 ? "" : "s"}`;
  const history = message.history.map(({ status, at }) => `${timeOf(at, true)}  ${status}`).join("\n");
  const callbacks = message.callbacks.map((call) =>
    `${timeOf(call.at, true)}  ${call.status}: ${call.answered ?? call.failure}, ${call.tries} tries, ${call.ms} ms`).join("\n");
  const about = { sid: message.sid, from: message.from, to: message.to, segments: message.num_segments, error: message.error_code ?? "none" };
  return {
    key: message.sid,
    at: message.created_at,
    badge: pill(message.status, TONES[message.status]),
    what: `${message.from} → ${message.to}  ${text}`,
    end: make("span", { className: "hint" }, message.error_code ? `error ${message.error_code}` : ""),
    more: [block("Text", message.body), block("Message", lines(about)), block("History", history), block("Callbacks", callbacks), block("Webhook", message.webhook?.error)],
  };
}

export function requestRow(entry) {
  const tries = (entry.tries ?? []).map((one) =>
    `${timeOf(one.at, true)}  ${one.status ?? one.error}, ${one.ms} ms`).join("\n");
  return {
    key: `${entry.at}${entry.url}`,
    at: entry.at,
    badge: pill(KINDS[entry.kind]),
    what: `${entry.method} ${entry.url}`,
    end: pill(entry.status ?? entry.failure, httpTone(entry)),
    more: [block("Request", lines(entry.params)), block("Tries", tries), block("Answer", entry.body)],
  };
}

export function alertRow(alert) {
  return {
    key: alert.sid,
    at: alert.at,
    badge: pill(`Error ${alert.code}`, "bad"),
    what: alert.text,
    end: make("a", { href: `https://www.twilio.com/docs/api/errors/${alert.code}`, rel: "noreferrer" }, "About it"),
    more: [block("Asked", `${alert.method} ${alert.url}`), block("About", alert.resource_sid), block("Answer", alert.answer)],
  };
}
