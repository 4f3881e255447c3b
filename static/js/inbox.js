// The inbox, live: listens to /events/ and has the lists and the open thread fetched anew.
(() => {
  const inbox = document.querySelector("[data-events]");
  const live = document.getElementById("live");
  let timer = null;

  const openSession = () => document.querySelector(".session-open")?.dataset.session;

  const say = (state, words) => {
    live.dataset.state = state;
    live.title = words;
    live.querySelector("span").textContent = words;
  };

  const refreshList = () => {
    clearTimeout(timer);
    timer = setTimeout(() => htmx.trigger("#session-list", "refresh"), 50);
  };

  // Showing a thread marks it as read, so a hidden page waits until somebody looks at it.
  const refreshThread = () => {
    const thread = document.getElementById("thread");
    if (!thread) return;
    if (document.hidden) document.addEventListener("visibilitychange", refreshThread, { once: true });
    else htmx.trigger(thread, "refresh");
  };

  const changed = (event) => {
    refreshList();
    if (event.type === "reset" || String(JSON.parse(event.data).session) === openSession()) refreshThread();
  };

  const connect = () => {
    const source = new EventSource(inbox.dataset.events);
    source.addEventListener("open", () => say("on", "Live"));
    source.addEventListener("error", () => {
      say("off", "Reconnecting…");
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    });
    for (const kind of ["session", "message", "status", "alert", "reset"]) source.addEventListener(kind, changed);
    window.addEventListener("pagehide", () => source.close());
  };

  const scrollDown = () => {
    const place = document.getElementById("thread-scroll");
    if (place) place.scrollTop = place.scrollHeight;
  };

  const markOpen = () => {
    for (const row of document.querySelectorAll(".inbox-row")) {
      const isOpen = row.dataset.session === openSession();
      row.classList.toggle("active", isOpen);
      if (isOpen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.closest(".message-place")) return; // its place in the queue: nothing new to scroll to
    scrollDown();
    markOpen();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "session") {
      refreshList();
      document.querySelector("#composer textarea")?.focus();
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 404 || event.detail.elt.id !== "thread") return;
    document.getElementById("session").replaceChildren(document.getElementById("gone").content.cloneNode(true));
    refreshList();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
  });

  document.addEventListener("DOMContentLoaded", () => {
    connect();
    scrollDown();
    markOpen();
  });
})();
