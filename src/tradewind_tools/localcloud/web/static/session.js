import { h } from "./dom.js";
import { sendJson } from "./http.js";

const KEY = "tradewind.session";
const GUEST_KEY = "tradewind.guest";
const RENEW_BEFORE_MS = 30_000;
const listeners = [];
let renewal;

/** Who is logged in, `{token, refreshToken, expiresAt, email}`, or null. It lives as long as the tab. */
export function session() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

/** Who shops without an account, `{token, guestId}`, or null. */
export function guest() {
  return JSON.parse(sessionStorage.getItem(GUEST_KEY) ?? "null");
}

export function keepGuest({ token, guestId }) {
  sessionStorage.setItem(GUEST_KEY, JSON.stringify({ token, guestId }));
  announce();
}

/** Keep what a login answered, and renew its token before it expires. */
export function keep({ token, refreshToken, expiresIn }, email) {
  const expiresAt = Date.now() + expiresIn * 1000;
  sessionStorage.setItem(KEY, JSON.stringify({ token, refreshToken, expiresAt, email }));
  renewInTime();
  announce();
}

function renewInTime() {
  clearTimeout(renewal);
  const who = session();
  if (who) renewal = setTimeout(() => renew(who), Math.max(0, who.expiresAt - Date.now() - RENEW_BEFORE_MS));
}

async function renew({ refreshToken, email }) {
  try {
    keep(await sendJson("POST", "/v1/auth/refresh", { refreshToken }), email);
  } catch {
    forget();
  }
}

function forget() {
  sessionStorage.removeItem(KEY);
  renewInTime();
  announce();
}

export function onSession(listener) {
  listeners.push(listener);
  listener(session());
}

function announce() {
  for (const listener of listeners) listener(session());
}

export async function logIn(email, password) {
  const answer = await sendJson("POST", "/v1/auth/login", { email, password });
  keep(answer, email);
  return answer.token;
}

/** An account nobody else has. */
export function visitor() {
  const name = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  return { email: `visitor-${name}@example.com`, password: `north wind ${crypto.getRandomValues(new Uint32Array(2)).join(" ")}` };
}

export async function register({ email, password }) {
  return sendJson("POST", "/v1/auth/register", { email, password, firstName: "Ada", lastName: "Visitor" });
}

/** The corner of the bar that says who is logged in, and its dialog. */
export function sessionCorner(corner) {
  renewInTime();
  const dialog = loginDialog();
  document.body.append(dialog);
  onSession((who) => corner.replaceChildren(...(who ? loggedIn(who) : [loginButton()])));
}

export function openLogin() {
  document.querySelector("#login").showModal();
}

function loginButton() {
  return h("button", { type: "button", class: "plain", onclick: openLogin }, "Log in");
}

function loggedIn({ email }) {
  return [
    h("span", { class: "who", title: email }, email),
    h("button", { type: "button", class: "plain", onclick: forget }, "Log out"),
  ];
}

function loginDialog() {
  const email = h("input", { id: "login-email", type: "email", autocomplete: "username", required: true });
  const password = h("input", { id: "login-password", type: "password", autocomplete: "current-password", required: true });
  const fault = h("p", { class: "fault", role: "alert", hidden: true });
  const attempt = async (act) => {
    fault.hidden = true;
    try {
      await act();
      password.value = "";
      dialog.close();
    } catch (refusal) {
      fault.textContent = refusal.message;
      fault.hidden = false;
    }
  };
  const submit = (event) => {
    event.preventDefault();
    attempt(() => logIn(email.value, password.value));
  };
  const asVisitor = () => attempt(async () => {
    const account = visitor();
    await register(account);
    await logIn(account.email, account.password);
  });
  const dialog = h("dialog", { id: "login", "aria-labelledby": "login-title" },
    h("form", { onsubmit: submit },
      h("h2", { id: "login-title" }, "Log in"),
      h("div", { class: "field" }, h("label", { for: "login-email" }, "Email"), email),
      h("div", { class: "field" }, h("label", { for: "login-password" }, "Password"), password),
      fault,
      h("div", { class: "actions" },
        h("button", { type: "submit" }, "Log in"),
        h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Cancel")),
      h("p", { class: "note" }, "No account at hand? ",
        h("button", { type: "button", class: "quiet", onclick: asVisitor }, "Open one for me"),
        ". The administrator's login stands in the terminal that started the shop.")));
  return dialog;
}
