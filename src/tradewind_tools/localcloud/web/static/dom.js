/** Build an element: `h("a", { href: "/mail", onclick: open }, "Mails")`. Texts stay texts, never markup. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** A description as paragraphs, with what stands in backticks as code. */
export function prose(text) {
  return text.split(/\n\n+/).map((paragraph) => h("p", {}, inlineCode(paragraph)));
}

export function inlineCode(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

/** A block of code with its copy button; `content` is a text or nodes. */
export function codeBlock(content, language = "") {
  const code = h("code", {}, content);
  const block = h("div", { class: "code", "data-language": language }, h("pre", {}, code));
  addCopyButton(block);
  return block;
}

/** Give a `.code` block the button that copies what it says at that moment. */
export function addCopyButton(block) {
  const button = h("button", { type: "button", class: "copy" }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copied(block)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });
  block.classList.add("has-copy");
  block.querySelector("pre").tabIndex = 0; // a keyboard must be able to scroll it
  block.append(button);
}

async function copied(block) {
  const code = block.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code); // the clipboard is closed to pages without TLS on another host
    return false;
  }
}

const JSON_TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Colour a JSON text: a list of nodes. */
export function colouredJson(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(JSON_TOKEN)) {
    const [token, string, colon, number] = match;
    const kind = string ? (colon ? "key" : "string") : number ? "number" : "word";
    nodes.push(text.slice(end, match.index), h("span", { class: `json-${kind}` }, string ?? token), colon ?? "");
    end = match.index + token.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

export function prettyJson(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** A `<time>`: the hour today, the day before. */
export function timeOf(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return h("time", { datetime: iso, title: date.toLocaleString() }, (today ? CLOCK : DAY).format(date));
}

/** Call `look` now and every few seconds, while the page is in sight. */
export function watch(look, everySeconds) {
  const lookIfVisible = () => { if (!document.hidden) look(); };
  lookIfVisible();
  setInterval(lookIfVisible, everySeconds * 1000);
  document.addEventListener("visibilitychange", lookIfVisible);
}
