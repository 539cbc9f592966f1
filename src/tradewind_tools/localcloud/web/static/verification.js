import { sendJson } from "./http.js";

const PARAMETER = "verify";

/** Verify the address with the token of the email's link that opened the page, and show the result. */
export async function verifyAddress(status) {
  const token = new URLSearchParams(location.search).get(PARAMETER);
  if (!token) return;
  status.hidden = false;
  status.textContent = "Verifying your address…";
  try {
    await sendJson("POST", "/v1/auth/verify-email", { token });
    history.replaceState(null, "", location.pathname);
    say(status, "good", "Thank you: your address is verified.");
  } catch (refusal) {
    say(status, "bad", refusal.message);
  }
}

function say(status, state, words) {
  status.dataset.state = state;
  status.textContent = words;
}
