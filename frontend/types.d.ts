// What our scripts know of the page and the DOM's types can't: the templates say of which kind the elements are that a
// selector finds, or that an event comes from.

// biome-ignore lint/suspicious/noExplicitAny: of the kind that the template says
type PageElement = any;
type FromElement<E> = E & { readonly target: PageElement };

/** Those of the DOM; and those of htmx and of Bootstrap, and our own. */
type EventType = keyof DocumentEventMap | `${string}${":" | "."}${string}`;
type EventOf<T> = T extends keyof DocumentEventMap ? DocumentEventMap[T] : CustomEvent;
type Listener<T> = (event: FromElement<EventOf<T>>) => unknown;
type ListeningOptions = boolean | AddEventListenerOptions;

interface ParentNode {
  querySelector(selectors: string): PageElement;
  querySelectorAll(selectors: string): NodeListOf<PageElement>;
}

interface Document {
  getElementById(id: string): PageElement;

  addEventListener<T extends EventType>(type: T, listener: Listener<T>, options?: ListeningOptions): void;
}

interface HTMLElement {
  addEventListener<T extends EventType>(type: T, listener: Listener<T>, options?: ListeningOptions): void;
}

/** Tabler asks whether it is there. */
interface Window {
  jQuery?: PageElement;
}

interface NotificationOptions {
  renotify?: boolean;
}

declare module "@tabler/core/js/src/bootstrap/collapse" {}
declare module "@tabler/core/js/src/bootstrap/dropdown" {}
declare module "@tabler/core/js/src/bootstrap/tab" {}
declare module "@tabler/core/js/src/bootstrap/modal" {
  export default class Modal {
    static getOrCreateInstance(element: Element): Modal;
    show(): void;
    hide(): void;
  }
}
declare module "@tabler/core/js/src/bootstrap/toast" {
  export default class Toast {
    static getOrCreateInstance(element: Element, options?: { delay?: number }): Toast;
    show(): void;
    hide(): void;
  }
}
declare module "tom-select/plugins/remove_button/plugin.js" {
  export default function removeButton(): void;
}
