// The kinds of fault in words, with their options.

const text = String;
const yes = (value) => value === "yes";

export const KINDS = {
  429: {
    name: "Too many requests (429)",
    note: "The API refuses with error 20429; nothing is accepted.",
    options: [{ name: "retry_after", label: "Retry-After, seconds", value: 1 }],
  },
  500: { name: "Server error (500)", note: "The API answers 500; nothing is accepted.", options: [] },
  503: { name: "Unavailable (503)", note: "The API answers 503; nothing is accepted.", options: [] },
  hang: {
    name: "No answer",
    note: "The API takes the request and doesn't answer, or only after some seconds.",
    options: [
      { name: "after_s", label: "Answer after, seconds (empty: never)" },
      { name: "accept", label: "Is the message accepted?", choices: [["no", "No"], ["yes", "Yes"]], read: yes },
    ],
  },
  drip: {
    name: "A byte a second",
    note: "The API takes the request, accepts nothing, and its answer never ends.",
    options: [],
  },
  drop_after_accept: {
    name: "Accepted, then the connection drops",
    note: "The message is sent, but the client sees a closed connection.",
    options: [],
  },
  error_after_accept: {
    name: "Accepted, but answers with an error",
    note: "The message is sent, but the client is told otherwise.",
    options: [{ name: "status", label: "HTTP status", value: 500 }],
  },
  garbage_201: {
    name: "Accepted, but the answer can't be read",
    note: "The message is sent; the 201 holds HTML instead of JSON.",
    options: [],
  },
  reject_credentials: {
    name: "Credentials rejected (401)",
    note: "Every API request is refused with error 20003.",
    options: [],
  },
  refuse: {
    name: "Refuse the message",
    note: "The API refuses messages with an error code of your choice.",
    options: [{ name: "code", label: "Twilio's error code", value: 21211 }],
  },
  latency: {
    name: "Slow answers",
    note: "The API answers rightly, but late.",
    options: [{ name: "ms", label: "Delay, ms", value: 500 }],
  },
  undeliver: {
    name: "Not delivered",
    note: "The message is accepted, but ends otherwise.",
    options: [
      {
        name: "status",
        label: "It ends as",
        choices: [["undelivered", "Undelivered"], ["failed", "Failed"], ["sent", "Sent, without a receipt"]],
        read: text,
      },
      { name: "code", label: "Twilio's error code", value: 30003 },
    ],
  },
  callbacks: {
    name: "Status callbacks misbehave",
    note: "For these messages, callbacks come in another way.",
    options: [
      {
        name: "mode",
        label: "They come",
        choices: [["never", "Never"], ["shuffled", "Out of order"], ["repeated", "Three times each"], ["late", "Late"]],
        read: text,
      },
    ],
  },
};
