import { h } from "./dom.js";
import { sendJson } from "./http.js";

const CONFIRM = "confirm-email";
const UNDO = "undo-email-change";

/** Confirm a new address, or undo that of one, with the token of the email's link that opened the page. */
export async function changeAddress(status) {
  const parameters = new URLSearchParams(location.search);
  if (parameters.get(CONFIRM)) await follow(status, CONFIRM, parameters.get(CONFIRM), "Thank you: this is the address of your account now.");
  if (parameters.get(UNDO)) offerUndo(status, parameters.get(UNDO));
}

/** It signs everybody out, so that somebody has to want it: a program that opens the page to look at it does not. */
function offerUndo(status, token) {
  const act = () => follow(status, UNDO, token, "The address before is that of your account again. A link to a new password is on its way there.");
  status.hidden = false;
  status.replaceChildren("Your address was changed. ", h("button", { type: "button", onclick: act }, "Undo the change"));
}

async function follow(status, way, token, thanks) {
  status.hidden = false;
  status.textContent = "Asking the shop…";
  try {
    await sendJson("POST", `/v1/auth/${way}`, { token });
    history.replaceState(null, "", location.pathname);
    say(status, "good", thanks);
  } catch (refusal) {
    say(status, "bad", refusal.message);
  }
}

function say(status, state, words) {
  status.dataset.state = state;
  status.textContent = words;
}
