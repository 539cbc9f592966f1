/** Send a request and give all of its answer; `status` is 0 when there was none. */
export async function send({ method = "GET", url, headers = {}, body }) {
  const began = performance.now();
  try {
    const response = await fetch(url, { method, headers, body, cache: "no-store" });
    const text = await response.text();
    return { status: response.status, headers: [...response.headers], text, milliseconds: performance.now() - began };
  } catch (fault) {
    return { status: 0, headers: [], text: String(fault.message ?? fault), milliseconds: performance.now() - began };
  }
}

/** Send JSON and give the answer's JSON; an error answer is thrown, with its own message. */
export async function sendJson(method, url, body, headers = {}) {
  const asked = body === undefined ? { method, url, headers } : {
    method, url, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body),
  };
  const answer = await send(asked);
  const content = parsed(answer.text);
  if (answer.status < 200 || answer.status >= 300) {
    throw new Error(content?.message ?? (answer.text.slice(0, 200) || `The answer was ${answer.status}.`));
  }
  return content;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The same request as a curl command. */
export function curlOf({ method, url, headers = {}, body }) {
  const parts = [`curl ${method === "GET" ? "" : `-X ${method} `}${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

function quoted(text) {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
