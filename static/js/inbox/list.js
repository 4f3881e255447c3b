// The lists stay as they are, and only the rows of sessions that changed are fetched anew and put in their
// places: scrolling, focus and further pages stay.
(() => {
  const MOST = 50; // rows that are asked for at once
  const inbox = document.getElementById("inbox");
  const changed = new Set();
  let timer = null;

  const list = () => document.getElementById("session-list");
  const openSession = () => document.querySelector(".session-open")?.dataset.session;

  const markOpen = () => {
    for (const row of document.querySelectorAll(".inbox-row")) {
      const isOpen = row.dataset.session === openSession();
      row.classList.toggle("active", isOpen);
      if (isOpen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  };

  // "microseconds-id", the newest first.
  const isNewer = (one, other) => {
    const [at, id] = one.split("-").map(BigInt);
    const [otherAt, otherId] = other.split("-").map(BigInt);
    return at === otherAt ? id > otherId : at > otherAt;
  };

  const place = (item, rows) => {
    const next = [...rows.children].find(
      (other) => !other.dataset.at || isNewer(item.dataset.at, other.dataset.at),
    );
    // One that is older than all that is shown comes with its page.
    if (next?.matches(".inbox-more") && next.previousElementSibling) return;
    rows.insertBefore(item, next ?? null);
  };

  const takeOver = (html, ids) => {
    const update = new DOMParser().parseFromString(html, "text/html");
    const groups = [...update.querySelectorAll("[data-group]")];
    const here = (name) => list().querySelector(`[data-group="${name}"]`);
    if (groups.some((one) => one.querySelector("li") && !here(one.dataset.group))) return false;
    const focused = document.activeElement.closest?.(".inbox-row")?.dataset.session;
    for (const id of ids) document.getElementById(`row-${id}`)?.remove();
    for (const one of groups) {
      const rows = here(one.dataset.group)?.querySelector("ul");
      if (!rows) continue;
      for (const item of [...one.querySelectorAll("li")]) place(document.adoptNode(item), rows);
      const count = one.querySelector(".inbox-count");
      if (count) here(one.dataset.group).querySelector(".inbox-count")?.replaceWith(document.adoptNode(count));
    }
    markOpen();
    if (focused) document.querySelector(`#row-${focused} .inbox-row`)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("inbox:listed"));
    return true;
  };

  const refresh = async () => {
    const ids = [...changed];
    changed.clear();
    if (ids.length > MOST) {
      document.dispatchEvent(new CustomEvent("inbox:lists"));
      return;
    }
    const params = new URLSearchParams(list().dataset.query);
    for (const id of ids) params.append("session", id);
    try {
      const answer = await fetch(`${inbox.dataset.rows}?${params}`);
      if (answer.redirected) location.reload(); // the login has ended
      else if (answer.ok && !takeOver(await answer.text(), ids)) document.dispatchEvent(new CustomEvent("inbox:lists"));
    } catch {
      for (const id of ids) changed.add(id); // without a connection; it comes with the next change
    }
  };

  const note = (id) => {
    changed.add(String(id));
    clearTimeout(timer);
    timer = setTimeout(refresh, 50);
  };

  // What waits grows older while one looks at it.
  const MINUTE = 60_000;
  const grow = () => {
    const words = list()?.dataset;
    for (const age of document.querySelectorAll(".age[data-since]")) {
      const minutes = Math.max(0, Math.floor((Date.now() - new Date(age.dataset.since)) / MINUTE));
      const [unit, n] =
        minutes < 60 ? ["Min", minutes] : minutes < 1440 ? ["H", Math.floor(minutes / 60)] : ["D", Math.floor(minutes / 1440)];
      const template = minutes < 1 ? words?.ageNow : words?.[`age${unit}`];
      if (template) age.querySelector("[data-age]").textContent = template.replace("{n}", n);
      const level = minutes >= 60 ? "late" : minutes >= 15 ? "soon" : "fresh";
      if (age.classList.contains(`age-${level}`)) continue;
      age.classList.remove("age-fresh", "age-soon", "age-late");
      age.classList.add(`age-${level}`);
      const icon = { late: "bi-exclamation-circle-fill", soon: "bi-hourglass-split", fresh: "bi-clock" }[level];
      age.querySelector(".bi").className = `bi ${icon}`;
    }
  };

  document.addEventListener("inbox:event", (event) => note(event.detail.session));
  document.addEventListener("inbox:reset", () => document.dispatchEvent(new CustomEvent("inbox:lists")));
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.id === "session" && openSession()) note(openSession());
    if (target.id === "session" && requestConfig.verb === "post") {
      const acted = requestConfig.path.match(/\/(\d+)\//)?.[1];
      if (acted) note(acted); // it may have left the lists
    }
    markOpen();
  });
  document.addEventListener("DOMContentLoaded", markOpen);
  setInterval(grow, MINUTE / 2);
})();
