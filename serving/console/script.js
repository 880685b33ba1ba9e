// Keys, drafts and softened pictures. All pages work without this file, but for these.
"use strict";

const typing = (element) => element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");

// A choice goes on to the reason, or, if that is written, to the button that records it.
const afterChoice = (radio) => {
  const form = radio.form;
  if (radio.value === "relabel") form.querySelector("[name=labels]").focus();
  else if (form.reason.value.trim()) form.querySelector("#record").focus();
  else form.reason.focus();
};

const press = (target) => {
  if (target.matches("[type=radio]")) {
    target.checked = true;
    target.dispatchEvent(new Event("change", { bubbles: true }));
    afterChoice(target);
  } else if (target.matches("textarea")) target.focus();
  else target.click();
};

const move = (step) => {
  const rows = [...document.querySelectorAll("[data-row]")];
  const now = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(now + step, 0), rows.length - 1)]?.focus();
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = event.key.toLowerCase();
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"], [data-view="${{ b: "blur", g: "grey" }[key] ?? "-"}"]`);
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (!target || target.matches(":disabled")) return;
  else press(target);
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const reason = event.target.closest("[data-reason]");
  if (reason) {
    const form = reason.form;
    form.reason.value = reason.dataset.reason;
    form.reason.dispatchEvent(new Event("input", { bubbles: true }));
    if (form.choice.value) form.querySelector("#record").focus();
  }
  const view = event.target.closest("[data-view]");
  if (view) {
    const on = document.body.classList.toggle(view.dataset.view);
    view.setAttribute("aria-pressed", on);
    const chosen = ["blur", "grey"].filter((name) => document.body.classList.contains(name)).join("-");
    document.cookie = `huijian_view=${chosen}; path=/console; max-age=31536000; samesite=strict`;
  }
});

// What is entered stays in this tab until it is recorded: a reload or an expired session loses nothing.
const entered = (form) => [...form.elements].filter((element) => element.matches("textarea, [name=choice], [name=labels]"));

// What the page before this one recorded needs no draft any more.
const query = new URLSearchParams(location.search);
for (const name of ["done", "said"]) if (query.has(name)) sessionStorage.removeItem(`draft ${query.get(name)}`);

for (const form of document.querySelectorAll("[data-draft]")) {
  const place = `draft ${form.dataset.draft}`;
  const isFresh = entered(form).every((element) => !element.matches("textarea") || element.value === element.defaultValue);
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (kept && isFresh && !document.querySelector("[role=alert]")) {
    entered(form).forEach((element, index) => {
      if (element.matches("textarea")) element.value = kept[index] ?? "";
      else element.checked = Boolean(kept[index]);
    });
  }
  form.addEventListener("input", () => {
    const values = entered(form).map((element) => (element.matches("textarea") ? element.value : element.checked));
    sessionStorage.setItem(place, JSON.stringify(values));
  });
  form.addEventListener("change", () => form.dispatchEvent(new Event("input")));
}
