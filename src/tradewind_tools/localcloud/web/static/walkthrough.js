import { codeBlock, colouredJson, h } from "./dom.js";
import { sendJson } from "./http.js";
import { keep, register, visitor } from "./session.js";

const PATIENCE_SECONDS = 20;
const SETTLED = new Set(["processing", "completed", "cancelled"]);
const ADDRESS = { street: "12 St James Square", city: "London", postalCode: "SW1Y 4JH", country: "GB" };

/** Run the four steps as a new visitor and show each answer under its step. */
export async function walkThrough(firstProduct) {
  const account = visitor();
  let token = "";
  let orderId = "";
  const authorized = () => ({ Authorization: `Bearer ${token}` });
  await step("register", () => register(account));
  await step("login", async () => {
    const answer = await sendJson("POST", "/v1/auth/login", { email: account.email, password: account.password });
    token = answer.token;
    keep(answer, account.email);
    return shortened(answer);
  });
  await step("order", async () => {
    const { productId } = await firstProduct();
    const order = {
      items: [{ productId, quantity: 1 }], shippingAddress: ADDRESS, paymentMethod: { token: "tok_approved" },
    };
    const placed = await sendJson("POST", "/v1/orders", order, { ...authorized(), "Idempotency-Key": account.email });
    orderId = placed.orderId;
    return placed;
  });
  await step("watch", () => settled(`/v1/orders/${orderId}/status`, authorized()));
}

/** Poll until the saga has done its work; gives the last answer. */
async function settled(url, headers) {
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  let answer = await sendJson("GET", url, undefined, headers);
  while (!SETTLED.has(answer.status) && Date.now() < deadline) {
    await new Promise((wake) => { setTimeout(wake, 250); });
    answer = await sendJson("GET", url, undefined, headers);
  }
  return answer;
}

async function step(name, run) {
  const item = document.querySelector(`[data-step="${name}"]`);
  item.querySelector(".answer")?.remove();
  item.dataset.state = "busy";
  try {
    item.append(answerView(await run()));
    item.dataset.state = "done";
  } catch (fault) {
    item.dataset.state = "failed";
    item.append(h("p", { class: "answer", role: "alert" }, fault.message));
    throw fault;
  }
}

function answerView(answer) {
  const events = (answer?.timeline ?? []).map(({ event }) => event);
  const block = codeBlock(colouredJson(JSON.stringify(answer, null, 2)), "json");
  return h("div", { class: "answer", role: "status" },
    events.length > 0 && h("ol", { class: "timeline" }, events.map((event) => h("li", {}, event))),
    h("h4", {}, "Answer"), block);
}

function shortened(answer) {
  const brief = ([name, value]) => [name, typeof value === "string" && value.length > 60 ? `${value.slice(0, 48)}…` : value];
  return Object.fromEntries(Object.entries(answer).map(brief));
}
