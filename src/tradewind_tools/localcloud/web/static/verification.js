import { sendJson } from "./http.js";

const PARAMETER = "verify";

/** Where the link of a letter leads: verify the address with the token that the page was opened with, and say so. */
export async function verifyAddress(notice) {
  const token = new URLSearchParams(location.search).get(PARAMETER);
  if (!token) return;
  notice.hidden = false;
  notice.textContent = "Verifying your address…";
  try {
    await sendJson("POST", "/v1/auth/verify-email", { token });
    history.replaceState(null, "", location.pathname);
    say(notice, "good", "Thank you: your address is verified.");
  } catch (refusal) {
    say(notice, "bad", refusal.message);
  }
}

function say(notice, state, words) {
  notice.dataset.state = state;
  notice.textContent = words;
}
