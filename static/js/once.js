// Sends a form once, in the portal and in the back office.
(() => {
  // A second press while the first is under way would do the act twice. An answer
  // that never comes must not lock the form for good.
  const AGAIN_SECONDS = 30;
  function markSent(form, button) {
    const marked = [[form, "sent"], [button, "pressed"]].filter(([element]) => element);
    for (const [element, mark] of marked) element.dataset[mark] = "";
    return () => marked.forEach(([element, mark]) => delete element.dataset[mark]);
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent !== undefined) return event.preventDefault();
    const forget = markSent(form, event.submitter);
    setTimeout(forget, AGAIN_SECONDS * 1000);
    window.addEventListener("pageshow", forget, { once: true });
  });
})();
