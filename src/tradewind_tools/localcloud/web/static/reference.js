import { codeBlock, colouredJson, h, inlineCode, prose } from "./dom.js";
import { sendJson } from "./http.js";
import { limitsOf, resolved, schemaView, typeOf } from "./schema.js";
import { tryIt } from "./tryit.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Read the OpenAPI document and show it in `container`. */
export async function showReference(container) {
  try {
    const document = await sendJson("GET", "/v1/openapi.json");
    container.replaceChildren(...referenceView(document));
    openFromAddress();
  } catch (fault) {
    container.replaceChildren(
      h("p", { class: "empty" }, `The document is not there yet: ${fault.message} `,
        h("button", { type: "button", class: "quiet", onclick: () => showReference(container) }, "Try again")));
  }
}

function referenceView(document) {
  const operations = operationsOf(document);
  const groups = tagsOf(document, operations).map((tag) => groupView(document, tag, operations.filter((one) => one.tag === tag.name)));
  const nothing = h("p", { class: "empty", role: "status", hidden: true }, "No operation matches.");
  const narrow = (event) => { nothing.hidden = show(groups, event.target.value.trim().toLowerCase()) > 0; };
  return [
    h("div", { class: "filter" },
      h("label", { for: "filter" }, `Find among ${operations.length} operations`),
      h("input", { id: "filter", type: "search", placeholder: "orders, refund, POST …", autocomplete: "off", oninput: narrow })),
    nothing, ...groups];
}

/** Flatten the document's paths into operations. */
export function operationsOf(document) {
  const base = new URL(document.servers?.[0]?.url ?? "/", location.origin).href.replace(/\/$/, "");
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => operationOf(document, base, path, method, item)));
}

function operationOf(document, base, path, method, item) {
  const described = item[method];
  const parameters = [...(item.parameters ?? []), ...(described.parameters ?? [])].map((one) => resolved(document, one).schema);
  const content = Object.entries(resolved(document, described.requestBody).schema.content ?? {});
  const security = described.security ?? document.security ?? [];
  return {
    base, path, parameters, described,
    method: method.toUpperCase(),
    tag: described.tags?.[0] ?? "other",
    id: `operation-${described.operationId ?? `${method}${path.replaceAll(/\W+/g, "-")}`}`,
    body: content.length ? { type: content[0][0], media: content[0][1] } : null,
    secured: security.length > 0 && security.every((one) => Object.keys(one).length > 0),
    takesGuests: described["x-role"] === "guest" || (security.length > 1 && security.some((one) => Object.keys(one).length === 0)),
  };
}

function tagsOf(document, operations) {
  const described = document.tags ?? [];
  const named = new Set(described.map(({ name }) => name));
  const others = [...new Set(operations.map(({ tag }) => tag))].filter((name) => !named.has(name)).map((name) => ({ name }));
  return [...described, ...others].filter(({ name }) => operations.some(({ tag }) => tag === name));
}

function groupView(document, tag, operations) {
  return h("section", { class: "tag", "aria-label": tag.name },
    h("h3", {}, tag.name),
    tag.description && h("p", {}, inlineCode(tag.description)),
    h("div", { class: "operations" }, operations.map((operation) => operationView(document, operation))));
}

function operationView(document, operation) {
  const details = h("details", { class: "operation", id: operation.id, "data-words": wordsOf(operation) },
    h("summary", {},
      h("span", { class: "method", "data-method": operation.method.toLowerCase() }, operation.method),
      h("code", { class: "path" }, pathView(operation.path)),
      h("span", { class: "summary" }, operation.described.summary ?? ""),
      h("span", { class: "access" }, roleOf(operation))));
  details.addEventListener("toggle", () => details.append(detailView(document, operation)), { once: true });
  details.addEventListener("toggle", () => { if (details.open) history.replaceState(null, "", `#${operation.id}`); });
  return details;
}

/** Who may call it, in a word. */
function roleOf({ described, secured }) {
  return described["x-role"] ?? (secured ? "token" : "public");
}

function wordsOf({ method, path, described, tag }) {
  return [method, path, described.summary, described.operationId, tag].join(" ").toLowerCase();
}

function pathView(path) {
  return path.split(/(\{[^}]+\})/).map((part) => (part.startsWith("{") ? h("span", { class: "variable" }, part) : part));
}

function detailView(document, operation) {
  const { described, parameters, body } = operation;
  return h("div", { class: "detail" },
    h("div", {},
      described.description && prose(described.description),
      parameters.length > 0 && [h("h4", {}, "Parameters"), parametersView(document, parameters)],
      body && [h("h4", {}, "Body"), schemaView(document, body.media.schema)],
      h("h4", {}, "Answers"), responsesView(document, described.responses ?? {})),
    h("div", {}, tryIt(document, operation)));
}

function parametersView(document, parameters) {
  return h("ul", { class: "properties" }, parameters.map((parameter) => h("li", {},
    h("code", { class: "name" }, parameter.name), " ",
    h("span", { class: "type" }, `${parameter.in}, ${typeOf(document, parameter.schema)}`), " ",
    parameter.required && h("span", { class: "required" }, "required"),
    parameter.description && h("p", {}, inlineCode(parameter.description)),
    h("p", { class: "limits" }, limitsOf(document, parameter.schema).join(" · ")))));
}

function responsesView(document, responses) {
  return h("ul", { class: "responses" }, Object.entries(responses).map(([code, given]) => {
    const { schema: response } = resolved(document, given);
    const [media] = Object.values(response.content ?? {});
    const title = [h("span", { class: "code-number", "data-class": code[0] }, code), inlineCode(titleOf(response))];
    return h("li", {}, media?.schema ? foldedAnswer(document, title, response, media) : title);
  }));
}

/** One line for an answer: its description, or the names of the errors that share its code. */
function titleOf({ description = "" }) {
  const paragraphs = description.split(/\n\n+/);
  return paragraphs.length === 1 ? description : paragraphs.map((paragraph) => paragraph.split(":")[0]).join(", ");
}

function foldedAnswer(document, title, response, media) {
  const details = h("details", {}, h("summary", {}, title));
  const several = response.description?.includes("\n\n");
  details.addEventListener("toggle", () => details.append(
    ...(several ? prose(response.description) : []), schemaView(document, media.schema),
    ...(media.example ? [codeBlock(colouredJson(JSON.stringify(media.example, null, 2)), "json")] : []),
  ), { once: true });
  return details;
}

function show(groups, query) {
  for (const group of groups) {
    const operations = [...group.querySelectorAll(".operation")];
    for (const operation of operations) operation.hidden = !operation.dataset.words.includes(query);
    group.hidden = operations.every((operation) => operation.hidden);
  }
  return groups.filter((group) => !group.hidden).length;
}

function openFromAddress() {
  const wanted = document.getElementById(location.hash.slice(1));
  if (!wanted?.classList.contains("operation")) return;
  wanted.open = true;
  wanted.scrollIntoView();
}
