// The patient's phone: sends what is written, and shows both sides of the conversation as the server tells it.
import { element } from "./element.js";
import { WhatHappened } from "./what-happened.js";

const { patients, verify } = JSON.parse(document.getElementById("setup").textContent);
const part = (id) => document.getElementById(id);
const log = part("log");
const message = part("message");
const ENGINE = { none: "none", loading: "loading", ready: "ready", failed: "not available" };
const KINDS = { photo: "📷", voice: "🎤", place: "📍" };
const ATTACHMENTS = {
  photo: { media: "image/jpeg" },
  voice: { media: "audio/ogg" },
  place: { location: { latitude: 41.3851, longitude: 2.1734 } },
};
const OPENING = "Each message goes to the gateway as a signed webhook, the way that WhatsApp messages come from Twilio.";
const SIGNS = { media: KINDS.photo, voice: KINDS.voice, location: KINDS.place };

const happened = new WhatHappened(verify);
let patient = patients[document.querySelector("option[selected]")?.value] ?? Object.values(patients)[0];
// Kept for this tab, so that a reload stays in the same conversation.
const conversations = JSON.parse(sessionStorage.getItem("conversations") ?? "{}");
let address = "";
let stream = null;
let shown = { written: [], replies: [], turns: [] };
let pending = [];
let bubbles = new Map();

function choose(language) {
  patient = patients[language];
  const words = patient.phone;
  part("name").value = patient.patient;
  message.placeholder = words.write;
  part("send").setAttribute("aria-label", words.send);
  for (const side of [log, part("samples"), part("composer")]) {
    side.dir = patient.direction;
    side.lang = language;
  }
  for (const button of document.querySelectorAll("[data-attach]")) {
    button.textContent = `${KINDS[button.dataset.attach]} ${words[button.dataset.attach]}`;
  }
  part("samples").setAttribute("aria-label", words.samples);
  part("samples").replaceChildren(
    ...patient.samples.map((sample) =>
      element("button", { type: "button", text: sample, dir: "auto", onclick: () => send({ body: sample }) }),
    ),
  );
  open();
}

function open() {
  const last = (conversations[patient.language] ?? 0) % 100;
  address = patient.addresses + String(last).padStart(2, "0");
  part("number").textContent = address.replace("whatsapp:", "");
  pending = [];
  bubbles = new Map();
  log.replaceChildren(element("li", { class: "opening", lang: "en", dir: "ltr", text: OPENING }));
  happened.clear();
  stream?.close();
  stream = new EventSource(`/demo/events?from=${encodeURIComponent(address)}`);
  stream.onmessage = (event) => show(JSON.parse(event.data));
}

function show(conversation) {
  shown = conversation;
  part("screen").dataset.conversation = address;
  const known = new Set(shown.written.map((one) => one.sid));
  pending = pending.filter((one) => !known.has(one.sid));
  draw();
  showEngine(shown.engine);
  happened.show(shown);
}

function showEngine({ state, detail }) {
  part("engine").dataset.state = state;
  part("engine-state").textContent = ENGINE[state] ?? state;
  part("engine-detail").textContent = detail;
}

function draw() {
  const lines = [
    ...shown.written.map((one) => ({ ...one, mine: true, key: one.sid })),
    ...shown.replies.map((one) => ({ ...one, mine: false, key: one.sid })),
    ...pending.map((one) => ({ ...one, mine: true })),
  ].sort((one, other) => one.at.localeCompare(other.at));
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  let added = false;
  for (const line of lines) {
    if (!bubbles.has(line.key)) {
      bubbles.set(line.key, bubble(line));
      added = true;
    }
    refresh(bubbles.get(line.key), line);
  }
  // Only what is new is put into the page, so that a screen reader tells only that.
  lines.forEach((line, position) => {
    const [drawn, there] = [bubbles.get(line.key), log.children[position + 1]];
    if (there !== drawn) log.insertBefore(drawn, there ?? null);
  });
  part("screen").toggleAttribute("data-empty", lines.length === 0);
  showTyping();
  if (added && near) log.scrollTop = log.scrollHeight;
}

function bubble(line) {
  const item = element("li", { class: line.mine ? "bubble mine" : "bubble theirs" });
  const sign = SIGNS[line.kind] ? `${SIGNS[line.kind]} ` : "";
  item.append(
    element("span", { class: "unseen", text: line.mine ? `${part("name").value}: ` : "Antesala: " }),
    element("div", { class: "text", dir: "auto", text: sign + line.body }),
    element("div", { class: "meta" }),
  );
  return item;
}

function refresh(drawn, line) {
  const state = line.mine ? patientState(line) : line.status;
  const drawnAs = `${state} ${line.turn}`;
  if (drawn.dataset.drawnAs === drawnAs) return;
  drawn.dataset.drawnAs = drawnAs;
  const time = new Date(line.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const why = line.turn && !line.mine ? [whyButton(line.turn)] : [];
  drawn.lastElementChild.replaceChildren(...why, element("time", { text: time, datetime: line.at, dir: "ltr" }), ticks(state));
}

function patientState(line) {
  if (line.problem) return "failed";
  if (!line.webhook_status) return "queued";
  if (line.webhook_status !== 200) return "failed";
  return line.turn ? "read" : "delivered";
}

function ticks(state) {
  const words = { ...patient.phone, queued: "…", failed: "not accepted" };
  const drawing = { queued: "◷", failed: "!", sent: "✓" }[state] ?? "✓✓";
  return element("span", { class: "ticks", "data-state": state, title: words[state] ?? state }, [
    element("span", { "aria-hidden": "true", text: drawing }),
    element("span", { class: "unseen", text: words[state] ?? state }),
  ]);
}

function whyButton(turn) {
  const label = "Why? Show what happened on this turn";
  const onclick = () => happened.choose(turn);
  return element("button", { class: "why", type: "button", "aria-label": label, lang: "en", onclick }, [element("bdi", { text: "why?" })]);
}

function showTyping() {
  const waiting = isWaiting();
  part("presence").textContent = waiting ? patient.phone.typing : "Assistant before surgery";
  part("presence").lang = waiting ? patient.language : "en";
  const drawn = log.querySelector(".typing");
  if (!waiting) drawn?.remove();
  else if (!drawn) log.append(typing());
  else log.append(drawn);
}

function typing() {
  const dots = [1, 2, 3].map(() => element("i"));
  return element("li", { class: "bubble theirs typing", "aria-hidden": "true" }, dots);
}

function isWaiting() {
  const last = pending.at(-1) ?? shown.written.at(-1);
  if (!last || patientState(last) === "failed") return false;
  if (!last.turn) return true;
  const turn = shown.turns.find((one) => one.id === last.turn);
  return Boolean(turn?.blocks.length) && !shown.replies.some((reply) => reply.turn === last.turn);
}

async function send(writing) {
  const line = { key: crypto.randomUUID?.() ?? String(Math.random()), at: new Date().toISOString(), body: "", ...writing };
  line.kind = writing.location ? "location" : writing.media ? (writing.media.startsWith("audio") ? "voice" : "media") : "text";
  const from = address;
  pending.push(line);
  draw();
  log.scrollTop = log.scrollHeight;
  try {
    const answer = await fetch("/demo/send", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ from, profile_name: part("name").value, ...writing }),
    });
    const { sid, webhook_status, problem } = await answer.json();
    if (from !== address) return;
    Object.assign(line, { sid, webhook_status, problem });
    if (sid && !bubbles.has(sid)) {
      bubbles.set(sid, bubbles.get(line.key));
      line.key = sid;
    } else if (sid) {
      // The server's news of it came first and has a bubble already.
      bubbles.get(line.key)?.remove();
      pending = pending.filter((one) => one !== line);
    }
  } catch (error) {
    line.problem = String(error);
  }
  draw();
}

function sendWritten() {
  const body = message.value.trim();
  if (!body) return;
  message.value = "";
  grow();
  send({ body });
}

function grow() {
  message.style.height = "auto";
  message.style.height = `${Math.min(message.scrollHeight, 140)}px`;
}

part("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  sendWritten();
});
message.addEventListener("input", grow);
message.addEventListener("keydown", (event) => {
  // While an input method composes a character, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sendWritten();
});
part("language").addEventListener("change", (event) => choose(event.target.value));
part("fresh").addEventListener("click", () => {
  conversations[patient.language] = (conversations[patient.language] ?? 0) + 1;
  sessionStorage.setItem("conversations", JSON.stringify(conversations));
  open();
  message.focus();
});
for (const button of document.querySelectorAll("[data-attach]")) {
  button.addEventListener("click", () => {
    part("attach").open = false;
    const body = message.value.trim();
    message.value = "";
    send({ body, ...ATTACHMENTS[button.dataset.attach] });
    message.focus();
  });
}
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && open());

choose(patient.language);
