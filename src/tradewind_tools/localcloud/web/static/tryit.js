import { continuationOf, continueFrom, onContinuation } from "./continuation.js";
import { codeBlock, colouredJson, h, inlineCode, prettyJson } from "./dom.js";
import { curlOf, send } from "./http.js";
import { exampleOf, limitsOf, resolved, typeOf } from "./schema.js";
import { guest, keep, keepGuest, onSession, openLogin, session } from "./session.js";

/** The form that sends an operation and shows its answer. */
export function tryIt(document, operation) {
  const fields = operation.parameters.map((parameter) => parameterField(document, parameter));
  const body = bodyField(document, operation);
  const refill = continued(operation, fields, body);
  const curl = codeBlock("");
  const result = h("div", { class: "result", role: "status" });
  const button = h("button", { type: "submit" }, "Send");
  const request = () => requestOf(operation, fields, body);
  const showCurl = () => curl.querySelector("code").replaceChildren(curlOf(withShellToken(operation, request())));
  const form = h("form", { class: "tryit", oninput: showCurl },
    h("h4", {}, "Try it"),
    operation.secured && loginNote(operation),
    fields.map((field) => field.view),
    body?.view,
    h("div", { class: "actions" }, button, body && h("span", { class: "note" }, "or Ctrl+Enter in the body")),
    result,
    h("h4", {}, "The same with curl"), curl);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const sent = request();
    const answer = await send(sent);
    result.replaceChildren(...answerView(answer));
    button.disabled = false;
    goOnFrom(operation, sent, answer);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  onSession(showCurl);
  onContinuation(() => { refill(); showCurl(); });
  return form;
}

/** Fill in what earlier answers hold for the operation, unless somebody has typed there; the returned function does it anew. */
function continued(operation, fields, body) {
  const own = { parameters: fields.map(({ input }) => input.value), body: body?.input.value };
  const shown = structuredClone(own);
  const fill = (input, before, after) => {
    if (input.value === before) input.value = after;
    return after;
  };
  const refill = () => {
    const values = continuationOf(operation);
    fields.forEach(({ parameter, input }, number) => {
      if (parameter.in !== "path") return;
      const value = values.parameters[parameter.name] ?? own.parameters[number];
      shown.parameters[number] = fill(input, shown.parameters[number], value);
    });
    const example = body && prettyJson(own.body) !== null && JSON.parse(own.body);
    if (example) shown.body = fill(body.input, shown.body, JSON.stringify({ ...example, ...values.body }, null, 2));
  };
  refill();
  return refill;
}

/** An answer of the API is where the next request begins; who logs in by the form is logged in, or is that guest. */
function goOnFrom(operation, request, { status, text }) {
  const body = text && prettyJson(text) !== null ? JSON.parse(text) : {};
  continueFrom(operation, request, { status, body });
  if (operation.described.operationId === "auth-login" && body?.token) keep(body, body.user.email);
  if (operation.described.operationId === "auth-guest" && body?.token) keepGuest(body);
}

/** Whose token the operation is sent with: that of who is logged in, or of the guest where one may ask. */
function tokenFor({ secured, takesGuests }) {
  return (secured && session()?.token) || (takesGuests && guest()?.token) || null;
}

function loginNote({ takesGuests }) {
  const note = h("p", { class: "note" });
  const sentAs = (who) => who?.email ?? (takesGuests && guest() ? "a guest" : null);
  onSession((who) => note.replaceChildren(...(sentAs(who) ? [`Sent as ${sentAs(who)}.`] : [
    "Asks for a token: ", h("button", { type: "button", class: "quiet", onclick: openLogin }, "log in"), " first."])));
  return note;
}

let fieldNumber = 0;

function parameterField(document, parameter) {
  const id = `field-${++fieldNumber}`;
  const given = parameter.example ?? parameter.schema?.example ?? parameter.schema?.examples?.[0];
  const input = control(document, parameter, { id, value: given ?? "", required: parameter.in === "path" });
  const hint = [parameter.description, ...limitsOf(document, parameter.schema)].filter(Boolean).join(" · ");
  const label = h("label", { for: id }, h("code", {}, parameter.name), ` ${parameter.in}`, parameter.required ? ", required" : "");
  const note = h("div", { class: "note" }, inlineCode(hint || typeOf(document, parameter.schema)));
  return { parameter, input, view: h("div", { class: "field" }, label, withKeyButton(parameter, input), note) };
}

function control(document, parameter, attributes) {
  const { schema } = resolved(document, parameter.schema);
  const choices = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
  if (!choices) return h("input", { autocomplete: "off", spellcheck: "false", ...attributes });
  const options = ["", ...choices].map((choice) => h("option", { value: String(choice) }, String(choice)));
  const select = h("select", { id: attributes.id }, options);
  select.value = String(attributes.value);
  return select;
}

/** An idempotency key comes filled in, and stays until another is asked for: sending twice shows what it is for. */
function withKeyButton(parameter, input) {
  if (parameter.name.toLowerCase() !== "idempotency-key") return input;
  input.value = newKey();
  const renew = () => {
    input.value = newKey();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  return h("div", { class: "with-button" }, input, h("button", { type: "button", class: "plain", onclick: renew }, "New key"));
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bodyField(document, operation) {
  if (!operation.body) return null;
  const { type, media } = operation.body;
  const example = media.example ?? Object.values(media.examples ?? {})[0]?.value ?? exampleOf(document, media.schema);
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  const id = `field-${++fieldNumber}`;
  const input = h("textarea", { id, rows: Math.min(24, Math.max(4, text.split("\n").length)), spellcheck: "false", value: text });
  const complaint = h("div", { class: "note", role: "status" });
  input.addEventListener("input", () => {
    complaint.textContent = type.includes("json") && prettyJson(input.value) === null ? "This is not JSON; it is sent as it stands." : "";
  });
  return { type, input, view: h("div", { class: "field" }, h("label", { for: id }, "Body"), input, complaint) };
}

function requestOf(operation, fields, body) {
  const filled = fields.map(({ parameter, input }) => ({ ...parameter, value: input.value })).filter(({ value }) => value !== "");
  const inside = (place) => filled.filter((parameter) => parameter.in === place);
  const path = inside("path").reduce((made, { name, value }) => made.replace(`{${name}}`, encodeURIComponent(value)), operation.path);
  const query = new URLSearchParams(inside("query").map(({ name, value }) => [name, value])).toString();
  const headers = Object.fromEntries(inside("header").map(({ name, value }) => [name, value]));
  const token = tokenFor(operation);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = body.type;
  const url = `${operation.base}${path}${query && `?${query}`}`;
  const parameters = Object.fromEntries(inside("path").map(({ name, value }) => [name, value]));
  return { method: operation.method, url, headers, parameters, body: body?.input.value };
}

function withShellToken(operation, request) {
  const missing = operation.secured && !request.headers.Authorization;
  return missing ? { ...request, headers: { ...request.headers, Authorization: "Bearer TOKEN" } } : request;
}

function answerView({ status, headers, text, milliseconds }) {
  const pretty = prettyJson(text);
  return [
    h("h4", {}, "Answer"),
    h("p", { class: "outcome" },
      h("strong", { "data-class": String(Math.floor(status / 100)) }, status || "No answer"),
      h("span", { class: "note" }, `${Math.round(milliseconds)} ms · ${new Blob([text]).size} bytes`)),
    headers.length > 0 && h("details", { class: "headers" }, h("summary", {}, `${headers.length} headers`),
      h("dl", {}, headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
    text && codeBlock(pretty === null ? text : colouredJson(pretty), "json"),
  ].filter(Boolean);
}
