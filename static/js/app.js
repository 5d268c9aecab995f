// Small helps on every page. Nothing here is needed for a page to work.
(() => {
  const TOAST_SECONDS = 10;
  const announcer = () => document.getElementById("announcer");

  function announce(text) {
    const region = announcer();
    if (!region || !text) return;
    region.textContent = "";
    // An empty moment, or the same words twice are not read out again.
    setTimeout(() => (region.textContent = text), 50);
  }

  // "/" goes to the search field, unless one is typing.
  function isTyping(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeMenus(true);
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    const fields = [...document.querySelectorAll("[data-search]")];
    const field = fields.find((f) => f.offsetParent !== null);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // Menus and questions are <details>: close them from outside and with Escape.
  function closeMenus(refocus, except) {
    for (const menu of document.querySelectorAll("details.menu[open], details.confirm[open]")) {
      if (except && menu.contains(except)) continue;
      if (!refocus && menu.classList.contains("confirm")) continue;
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (refocus && inside) menu.querySelector("summary").focus();
    }
  }

  document.addEventListener("click", (event) => closeMenus(false, event.target));
  document.addEventListener(
    "toggle",
    (event) => {
      const box = event.target;
      if (!box.matches?.("details.confirm") || !box.open) return;
      box.querySelector(".confirm-panel :is(input:not([type=hidden]), [data-close])")?.focus();
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const close = event.target.closest?.("[data-close]");
    if (close) close.closest("details").open = false;
  });

  // Enter asks as well before a change that touches calls at once.
  document.addEventListener("submit", (event) => {
    const box = event.submitter?.closest?.("form details.confirm");
    if (!box || box.open || !event.target.contains(box)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box.open = true;
  }, true);

  // A switch turns in its place: the second press of two meant the first state.
  const AFTER_SWITCH_MS = 700;
  let switchedAt = -AFTER_SWITCH_MS;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.querySelector(".big-switch")) switchedAt = performance.now();
  });
  document.addEventListener("click", (event) => {
    const isSoon = performance.now() - switchedAt < AFTER_SWITCH_MS;
    if (isSoon && event.target.closest?.(".big-switch")) event.preventDefault();
  });

  // Messages: can be closed; good news leaves by itself, unless one is at it.
  function watchToast(toast) {
    if (toast.dataset.watched) return;
    toast.dataset.watched = "1";
    if (!toast.dataset.leaves) return;
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
      else toast.remove();
    };
    setTimeout(leave, TOAST_SECONDS * 1000);
  }

  const watchToasts = () => document.querySelectorAll(".toast-note").forEach(watchToast);
  document.addEventListener("click", (event) => {
    const toast = event.target.closest?.("[data-dismiss-toast]")?.closest(".toast-note");
    if (!toast) return;
    toast.remove();
    document.getElementById("content")?.focus({ preventScroll: true });
  });

  // What is typed into a banking app is copied without the spaces it is read with.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button || !navigator.clipboard) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.textContent;
    button.textContent = document.getElementById("copied")?.textContent || label;
    announce(button.textContent);
    setTimeout(() => (button.textContent = label), 2000);
  });

  // A table that scrolls sideways can be scrolled with the keyboard.
  function reachTables() {
    for (const box of document.querySelectorAll(".table-scroll, .diagram")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  }

  // htmx: keep the focus, say what changed, leave when the session is over.
  let focused = "";
  let waiting = "";
  function keyOf(element) {
    if (!element || element === document.body) return "";
    if (element.id) return `#${CSS.escape(element.id)}`;
    if (!element.name) return "";
    const value = element.type === "text" ? "" : `[value="${CSS.escape(element.value)}"]`;
    return `[name="${CSS.escape(element.name)}"]${value}`;
  }

  // Nothing can be typed into what the awaited answer will replace.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const area = event.detail.target;
    if (!area?.matches?.("[data-waits]")) return;
    waiting = keyOf(document.activeElement);
    area.inert = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const area = event.detail.target;
    if (!area?.matches?.("[data-waits]")) return;
    area.inert = false;
    if (waiting && area.isConnected) document.querySelector(waiting)?.focus({ preventScroll: true });
    waiting = "";
  });

  // Why a form was refused comes first, wherever its button stood.
  const toErrors = (root) => root.querySelector?.(".problems[tabindex]")?.focus();

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    // What was undone on its way is said beside its form.
    if (xhr.status === 403 && xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
      return;
    }
    const path = new URL(xhr.responseURL || location.href, location.href).pathname;
    if (path.startsWith("/account/") && !location.pathname.startsWith("/account/")) {
      event.detail.shouldSwap = false;
      if (path.startsWith("/account/login/")) location.reload();
      else location.assign(xhr.responseURL);
      return;
    }
    focused = waiting || keyOf(document.activeElement);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    watchToasts();
    reachTables();
    const lost = !document.activeElement || document.activeElement === document.body;
    if (lost && focused) {
      // What was left may be gone: the first thing in its place to act on, then.
      const place = event.detail.elt.querySelector?.("a[href], button:not([disabled])");
      (document.querySelector(focused) || place)?.focus({ preventScroll: true });
    }
    if (event.detail.xhr?.status === 422) toErrors(event.detail.elt);
    const swapped = event.detail.elt;
    const told = swapped.matches?.("[data-announce]")
      ? swapped
      : swapped.querySelector?.("[data-announce]");
    if (told) announce(told.dataset.announce || told.textContent.trim());
  });

  function fail(kind) {
    const template = document.getElementById(`failure-${kind}`);
    const toasts = document.getElementById("toasts");
    if (!template || !toasts) return;
    toasts.append(template.content.cloneNode(true));
    watchToasts();
  }

  // Without a network nothing left; an answer that was lost says nothing of the act.
  const GATEWAY = [502, 504];
  const failSending = () => fail(navigator.onLine ? "lost" : "offline");
  document.addEventListener("htmx:sendError", failSending);
  document.addEventListener("htmx:timeout", failSending);
  document.addEventListener("htmx:responseError", (event) =>
    fail(GATEWAY.includes(event.detail.xhr.status) ? "lost" : "error"));
  // A passkey that was refused or cancelled: allauth would only write to the console.
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    fail("key");
  });
  document.addEventListener("announce", (event) => announce(event.detail?.value));

  function start() {
    watchToasts();
    reachTables();
    toErrors(document);
  }
  window.addEventListener("resize", reachTables);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
