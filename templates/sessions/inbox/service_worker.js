// Keeps the page that is shown without a connection, and shows notifications. Nothing personal is ever kept:
// all else goes to the network. It changes, and so replaces itself, as soon as a file of the shell does.
const CACHE = "shell-{{ version }}";
const SHELL = {{ shell|safe }};
const OFFLINE = SHELL[0];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== CACHE);
  const forget = caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name))));
  event.waitUntil(forget.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (request.method === "GET" && SHELL.includes(path)) {
    event.respondWith(caches.match(path).then((kept) => kept ?? fetch(request)));
  }
});

// While no page is open. Whoever looks at one is told by it; browsers ask for nothing to be shown then.
self.addEventListener("push", (event) => {
  const { title, taken, url, ...options } = event.data.json();
  const show = async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    if (!windows.some((one) => one.focused)) {
      const shown = await self.registration.getNotifications({ tag: options.tag });
      const again = shown.length === 0 || shown[0].body !== options.body;
      await self.registration.showNotification(title, { ...options, dir: "auto", renotify: again, data: { url } });
    }
    if (taken) await fetch(taken, { method: "POST", credentials: "omit" }).catch(() => {});
  };
  event.waitUntil(show());
});

self.addEventListener("notificationclick", (event) => {
  const { url } = event.notification.data ?? {};
  event.notification.close();
  if (!url) return;
  const open = self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => {
    const inbox = windows.find((one) => new URL(one.url).pathname.startsWith("/inbox/"));
    return inbox ? inbox.focus().then((one) => one.navigate(url)) : self.clients.openWindow(url);
  });
  event.waitUntil(open);
});
