import { sendJson } from "./http.js";

const PARAMETER = "reset";

/** Ask for a new password where the page was opened by the link of an email, set it, and show the result. */
export function resetPassword(form, status) {
  const token = new URLSearchParams(location.search).get(PARAMETER);
  if (!token) return;
  form.hidden = false;
  form.addEventListener("submit", async (submission) => {
    submission.preventDefault();
    try {
      const newPassword = form.elements.newPassword.value;
      await sendJson("POST", "/v1/auth/reset-password", { token, newPassword });
      history.replaceState(null, "", location.pathname);
      form.hidden = true;
      show(status, "good", "Your new password is set. Please log in with it.");
    } catch (refusal) {
      show(status, "bad", refusal.message);
    }
  });
}

function show(status, state, words) {
  status.hidden = false;
  status.dataset.state = state;
  status.textContent = words;
}
