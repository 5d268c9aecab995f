// The button of a diversion says the whole act: which calls, where to, until when.
(() => {
  const HOME = "Europe/Brussels";
  const HOUR = 60 * 60 * 1000;
  const HOURS = { "1h": 1, "4h": 4 };
  const parts = { year: "numeric", month: "2-digit", day: "2-digit" };
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const written = new Intl.DateTimeFormat("sv-SE", { timeZone: HOME, ...parts, ...clock });

  // A Belgian moment as "2026-11-28 05:37", shown without the day when it is today.
  function moment(text) {
    const [day, time] = text.split(" ");
    const today = written.format(new Date()).slice(0, 10);
    if (day === today) return time;
    const [year, month, date] = day.split("-");
    const isFar = year !== today.slice(0, 4);
    return `${date}/${month}${isFar ? `/${year}` : ""} ${time}`;
  }

  function ending(until, own) {
    if (until === "own") return own ? moment(own.replace("T", " ").slice(0, 16)) : "";
    return moment(written.format(new Date(Date.now() + HOURS[until] * HOUR)));
  }

  function placeOf(form, prefix) {
    const other = form.elements[`${prefix}other`]?.value.trim();
    const list = form.elements[`${prefix}to`];
    if (other || list?.tagName !== "SELECT") return other;
    const chosen = list.selectedOptions[0];
    const words = list.value || form.dataset.actEmpty ? chosen?.textContent.trim() : "";
    return list.value === "line" ? words[0].toLowerCase() + words.slice(1) : words;
  }

  function sentence(form, words) {
    const prefix = form.dataset.act;
    const place = placeOf(form, prefix);
    if (!place) return words.plain;
    const until = new FormData(form).get(`${prefix}until`);
    if (until === "stop" || until === null) return words.stop.replace("{place}", () => place);
    if (until === "day") return words.day.replace("{place}", () => place);
    const end = ending(until, form.elements[`${prefix}until_at`]?.value);
    if (!end) return words.plain;
    return words.until.replace("{place}", () => place).replace("{time}", () => end);
  }

  function say(form) {
    for (const words of form.querySelectorAll("[data-act-words]")) {
      const text = sentence(form, words.dataset);
      if (words.textContent !== text) words.textContent = text;
    }
  }

  const sayAll = () => document.querySelectorAll("form[data-act]").forEach(say);
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.form;
      if (form?.dataset.act !== undefined) say(form);
    });
  }
  document.addEventListener("htmx:afterSettle", sayAll);
  document.addEventListener("DOMContentLoaded", sayAll);
  window.addEventListener("pageshow", sayAll);
  setInterval(sayAll, 20 * 1000);
})();
