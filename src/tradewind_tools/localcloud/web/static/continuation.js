const listeners = [];
const held = {};

/** What earlier answers hold for an operation, by the links of the document: `{parameters, body}`. */
export function continuationOf(operation) {
  return held[operation.described.operationId] ?? { parameters: {}, body: {} };
}

export function onContinuation(listener) {
  listeners.push(listener);
}

/** Take from an answer what its operation's links hand on to others; what was deleted is handed on no longer. */
export function continueFrom(operation, request, answer) {
  if (answer.status < 200 || answer.status >= 300) return;
  const links = operation.described.responses?.[answer.status]?.links ?? {};
  for (const link of Object.values(links)) take(link, answer.body ?? {});
  if (operation.method === "DELETE") forget(Object.values(request.parameters));
  for (const listener of listeners) listener();
}

function take(link, answer) {
  const target = held[link.operationId] ??= { parameters: {}, body: {} };
  Object.assign(target.parameters, valuesOf(link.parameters, answer));
  Object.assign(target.body, valuesOf(link.requestBody, answer));
}

/** The values of `{name: "$response.body#/field"}`, runtime expressions of OpenAPI. */
function valuesOf(expressions, answer) {
  const named = Object.entries(expressions ?? {}).map(([name, pointer]) => [name, answer[pointer.split("#/").at(-1)]]);
  return Object.fromEntries(named.filter(([, value]) => value !== undefined));
}

function forget(values) {
  const without = (part) => Object.fromEntries(Object.entries(part).filter(([, value]) => !values.includes(value)));
  for (const target of Object.values(held)) {
    target.parameters = without(target.parameters);
    target.body = without(target.body);
  }
}
