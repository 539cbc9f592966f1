import { h, timeOf } from "./dom.js";
import { sendJson } from "./http.js";

/** The newest mails that match, `{count, items}`. */
export async function readMails(query = "") {
  return sendJson("GET", `/mail/messages.json${query && `?q=${encodeURIComponent(query)}`}`);
}

export function mailItem(mail, current = false) {
  return h("li", {},
    h("a", { href: `/mail#${mail.id}`, "aria-current": current ? "true" : null },
      h("span", { class: "subject" }, mail.subject || "(no subject)"),
      h("span", { class: "to" }, mail.to.join(", ")), timeOf(mail.sentAt)));
}
