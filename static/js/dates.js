// The browser's own pickers write days in the language of the browser, 11/28 or 28/11:
// beside each stands the day in the words of the page.
(() => {
  const { lang } = document.documentElement;
  const language = lang === "en" ? "en-GB" : lang;
  const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
  const written = new Intl.DateTimeFormat(language, { ...day, timeZone: "UTC" });

  function say(field) {
    const date = field.value ? new Date(`${field.value.slice(0, 10)}T00:00:00Z`) : null;
    const words = date && !Number.isNaN(date.getTime()) ? written.format(date) : "";
    let told = field.nextElementSibling;
    if (!told?.matches("[data-day]")) {
      if (!words) return;
      told = document.createElement("span");
      told.className = "field-hint";
      told.dataset.day = "";
      field.after(told);
    }
    if (told.textContent !== words) told.textContent = words;
  }

  const sayAll = () =>
    document.querySelectorAll("input[type=date], input[type=datetime-local]").forEach(say);
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      if (/^(date|datetime-local)$/.test(event.target.type)) say(event.target);
    });
  }
  document.addEventListener("htmx:afterSettle", sayAll);
  window.addEventListener("pageshow", sayAll);
})();
