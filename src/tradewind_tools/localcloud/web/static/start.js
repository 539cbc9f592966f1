import { addCopyButton, h, watch } from "./dom.js";
import { changeAddress } from "./emailchange.js";
import { send, sendJson } from "./http.js";
import { mailItem, readMails } from "./mails.js";
import { showReference } from "./reference.js";
import { sessionCorner } from "./session.js";
import { resetPassword } from "./reset.js";
import { verifyAddress } from "./verification.js";
import { walkThrough } from "./walkthrough.js";

const SHOWN_MAILS = 5;
const PAGE = 100;
const TRIED_PRODUCTS = 10;

const $ = (selector) => document.querySelector(selector);
const fill = (selector, text) => document.querySelectorAll(selector).forEach((element) => { element.textContent = text; });

async function showStatus() {
  const { status, text } = await send({ url: "/v1/status" });
  const healthy = status === 200;
  $("#status").dataset.state = healthy ? "good" : "bad";
  $("#status").textContent = healthy ? `The API answers: ${wordOf(text)}` : "The API does not answer yet";
}

function wordOf(text) {
  try {
    return JSON.parse(text).status ?? "ok";
  } catch {
    return "ok";
  }
}

/** The first product of the catalogue that can be bought now. */
async function firstProduct() {
  const { items } = await sendJson("GET", `/v1/products?limit=${PAGE}`);
  for (const { productId } of items.filter(({ isActive, options }) => isActive && !options.length).slice(0, TRIED_PRODUCTS)) {
    const product = await sendJson("GET", `/v1/products/${encodeURIComponent(productId)}`);
    if (product.stock === null || product.stock > 0) return product;
  }
  throw new Error("No product to order: the newest are all sold out.");
}

async function showProducts() {
  try {
    const { items, nextCursor } = await sendJson("GET", `/v1/products?limit=${PAGE}`);
    $("#product-count").textContent = nextCursor ? `${items.length}+` : items.length;
    const product = await firstProduct();
    fill("[data-product-id]", product.productId);
    fill("[data-product-name]", `“${product.name}”`);
  } catch {
    // without a shop, or with an empty one, the page keeps its placeholders
  }
}

async function showMails() {
  try {
    const { count, items } = await readMails();
    $("#mail-count").textContent = count;
    if (items.length) $("#last-mails").replaceChildren(...items.slice(0, SHOWN_MAILS).map((mail) => mailItem(mail)));
  } catch {
    $("#mail-count").textContent = "–";
  }
}

async function showCloud() {
  const { endpointUrl, region, functions } = await sendJson("GET", "/pages/cloud.json");
  fill("[data-endpoint]", endpointUrl);
  fill("[data-region]", region);
  $("#function-count").textContent = functions.length;
  $("#functions-title").textContent = `${functions.length} functions`;
  $("#function-rows").replaceChildren(...functions.map((one) => h("tr", {},
    h("td", {}, h("code", {}, one.name)), h("td", {}, h("code", {}, one.handler)),
    h("td", {}, `${one.memoryMb} MB`), h("td", {}, `${one.timeoutSeconds} s`))));
}

async function runSteps({ currentTarget: button }) {
  button.disabled = true;
  try {
    await walkThrough(firstProduct);
    showMails();
  } catch {
    // the step that failed says why
  } finally {
    button.disabled = false;
  }
}

verifyAddress($("#verification"));
resetPassword($("#reset"), $("#verification"));
changeAddress($("#verification"));
fill("[data-origin]", location.origin);
document.querySelectorAll(".code").forEach(addCopyButton);
sessionCorner($("#session"));
$("#run-steps").addEventListener("click", runSteps);
watch(() => { showStatus(); showMails(); }, 10);
showProducts();
showCloud().catch(() => fill("#function-count", "–"));
showReference($("#reference-body"));
