import { h, watch } from "./dom.js";
import { sendJson } from "./http.js";
import { mailItem, readMails } from "./mails.js";

const list = document.querySelector("#list");
const count = document.querySelector("#count");
const search = document.querySelector("#search");
const reading = document.querySelector("#reading");
let shown = "";

const chosen = () => decodeURIComponent(location.hash.slice(1));

async function showList() {
  try {
    const { count: number, items } = await readMails(search.value.trim());
    count.textContent = number > items.length ? `the newest ${items.length} of ${number}` : `${number}`;
    redraw(items);
  } catch (fault) {
    count.textContent = `No answer: ${fault.message}`;
  }
}

function redraw(items) {
  const state = JSON.stringify([items, chosen()]);
  if (state === shown) return; // a list that is redrawn loses the keyboard's place
  shown = state;
  const focused = list.contains(document.activeElement) ? document.activeElement.hash : "";
  list.replaceChildren(...(items.length ? items.map((mail) => mailItem(mail, mail.id === chosen())) : [nothing()]));
  [...list.querySelectorAll("a")].find((link) => focused && link.hash === focused)?.focus();
}

function nothing() {
  return h("li", { class: "empty" }, search.value ? "No mail matches." : "None yet. Place an order and one arrives.");
}

async function showMail() {
  if (!chosen()) return;
  try {
    const mail = await sendJson("GET", `/mail/messages/${encodeURIComponent(chosen())}.json`);
    reading.replaceChildren(article(mail));
  } catch (fault) {
    reading.replaceChildren(h("p", { class: "empty" }, fault.message));
  }
  if (matchMedia("(max-width: 60rem)").matches) reading.scrollIntoView();
}

function article(mail) {
  return h("article", { class: "mail" },
    h("header", {},
      h("h2", {}, mail.subject || "(no subject)"),
      h("dl", {},
        h("dt", {}, "From"), h("dd", {}, mail.from),
        h("dt", {}, "To"), h("dd", {}, mail.to.join(", ")),
        h("dt", {}, "Sent"), h("dd", {}, new Date(mail.sentAt).toLocaleString()))),
    tabbed(mail.hasHtml ? [["As seen", () => frame(mail)], ["Text", () => plain(mail)]] : [["Text", () => plain(mail)]]));
}

function frame(mail) {
  const src = `/mail/messages/${encodeURIComponent(mail.id)}.html`;
  return h("iframe", { src, sandbox: "allow-popups allow-popups-to-escape-sandbox", title: `Mail: ${mail.subject}` });
}

function plain(mail) {
  return h("pre", {}, mail.text || "(this mail has no text)");
}

function tabbed(views) {
  const panel = h("div", { class: "panel", role: "tabpanel", tabindex: "0", id: "panel" });
  const tabs = views.map(([name], index) => h("button", {
    type: "button", role: "tab", id: `tab-${index}`, "aria-controls": "panel", onclick: () => choose(index) }, name));
  const choose = (index) => {
    tabs.forEach((tab, place) => {
      tab.setAttribute("aria-selected", String(place === index));
      tab.tabIndex = place === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab-${index}`);
    panel.replaceChildren(views[index][1]());
  };
  const byArrows = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    choose(next);
    tabs[next].focus();
  };
  choose(0);
  return h("div", {}, h("div", { class: "tabs", role: "tablist", "aria-label": "Views", onkeydown: byArrows }, tabs), panel);
}

search.addEventListener("input", showList);
addEventListener("hashchange", () => { showList(); showMail(); });
watch(showList, 3);
showMail();
