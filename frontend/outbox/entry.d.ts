/** A text that was written and is not accepted yet. */
export interface Entry {
  /** Its client id, under which the server accepts it once. */
  id: string;
  agent: string;
  session: string;
  /** Where it is posted to, and where a new session with the contact begins. */
  url: string;
  newUrl: string | undefined;
  body: string;
  files: File[];
  /** By which texts are sent one after the other. */
  order: number;
  /** Milliseconds since 1970, by this device's clock. */
  writtenAt: number;
  state: "waiting" | "refused";
  /** It may have arrived. */
  tried: boolean;
  reason?: string;
  code?: string;
}

export interface ShownEntry extends Entry {
  shown: "sending" | "sent" | "waiting" | "uncertain" | "refused" | "old" | "login";
}

/** What one can do with a text that waits, by its id. */
export interface Actions {
  edit: (id: string, body: string) => void;
  send: (id: string) => Promise<void>;
  discard: (id: string) => Promise<void>;
  takeBack: (id: string) => Promise<void>;
}
