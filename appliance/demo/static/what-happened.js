// "What happened": one turn at a time, told as the steps that it took.
import { element } from "./element.js";

const part = (id) => document.getElementById(id);

// What each action means, and its tone: calm, careful, urgent or plain.
const ACTIONS = {
  answer: ["Answered from approved statements", "calm"],
  partial: ["Answered in part, the rest declined", "calm"],
  decline_medical: ["Declined: a medical question", "careful"],
  decline_not_in_kb: ["Declined: not in the approved knowledge", "careful"],
  off_topic: ["Off topic", "careful"],
  emergency: ["Emergency: the route was given at once", "urgent"],
  crisis: ["Crisis: help was given at once", "urgent"],
  opt_out: ["No more messages", "plain"],
  opt_in: ["Messages again", "plain"],
  privacy_erase: ["Erasure asked for", "plain"],
  privacy_export: ["Export asked for", "plain"],
  privacy_notice: ["Privacy notice given", "plain"],
  human: ["A person asked for", "plain"],
  greeting: ["Greeted", "calm"],
  ack: ["Acknowledged", "calm"],
  clarify: ["Asked to say it in other words", "careful"],
  unsupported_language: ["A language that the pack does not speak", "careful"],
  unsupported_media: ["Something that cannot be read", "careful"],
};
const MASKED = { PHONE: "phone number", EMAIL: "e-mail address", ID: "identity number", IBAN: "account number", CARD: "card number", DATE: "date of birth", NAME: "name" };
const SOURCES = { statement: "approved statement", message: "fixed message", draft: "verified draft" };
const EFFECTS = { alert_staff: "staff alerted", erase: "data erased", export: "export prepared", opt_out: "opted out", opt_in: "opted in" };

export class WhatHappened {
  constructor(verify) {
    this.verify = verify;
    this.clear();
    part("earlier").addEventListener("click", () => this.move(-1));
    part("later").addEventListener("click", () => this.move(1));
  }

  clear() {
    this.conversation = { turns: [], replies: [], written: [] };
    this.chosen = null;
    this.drawnAs = "";
    this.draw();
  }

  show(conversation) {
    this.conversation = conversation;
    this.draw();
  }

  choose(id) {
    this.chosen = id === this.conversation.turns.at(-1)?.id ? null : id;
    this.draw();
    const panel = part("happened");
    panel.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    panel.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  move(by) {
    const { turns } = this.conversation;
    const next = turns[this.position() + by];
    this.chosen = next && next !== turns.at(-1) ? next.id : null;
    this.draw();
  }

  position() {
    const { turns } = this.conversation;
    const found = turns.findIndex((turn) => turn.id === this.chosen);
    return found < 0 ? turns.length - 1 : found;
  }

  draw() {
    const { turns, replies, written, engine } = this.conversation;
    const position = this.position();
    const turn = turns[position];
    part("empty").hidden = Boolean(turn);
    part("pager").hidden = turns.length < 2;
    part("earlier").disabled = position <= 0;
    part("later").disabled = position >= turns.length - 1;
    part("which").textContent = turn ? `Turn ${position + 1} of ${turns.length}` : "";
    const mine = turn ? replies.filter((reply) => reply.turn === turn.id) : [];
    const asked = turn ? written.filter((one) => one.turn === turn.id) : [];
    const drawnAs = JSON.stringify([turn?.id, mine, engine]);
    if (drawnAs === this.drawnAs) return;
    this.drawnAs = drawnAs;
    part("story").replaceChildren(...(turn ? story(turn, mine, asked, engine, this.verify) : []));
  }
}

function story(turn, replies, asked, engine, verify) {
  const steps = [read(turn), understood(turn), found(turn), drafted(turn, engine), sent(turn, replies), took(turn, replies, asked), recorded(turn, verify)];
  return [headline(turn), element("ol", { class: "steps" }, steps.filter(Boolean))];
}

function headline(turn) {
  const [words, tone] = ACTIONS[turn.action] ?? [turn.action, "plain"];
  return element("div", { class: "headline", "data-tone": tone, "data-action": turn.action }, [
    element("p", { class: "decision", text: words }),
    element("p", { class: "facts" }, [
      element("code", { text: turn.action }),
      element("span", { text: `language ${turn.language}` }),
      element("span", { text: turn.rule ? "by a rule" : `confidence ${percent(turn.confidence)}` }),
      ...turn.effects.map((effect) => element("span", { text: EFFECTS[effect] ?? effect })),
    ]),
  ]);
}

function read(turn) {
  const kinds = turn.masked_kinds.map((kind) => element("span", { class: "tag", text: `${MASKED[kind] ?? kind} masked` }));
  const other = turn.modalities.filter((modality) => modality !== "text");
  const text = turn.masked || (other.length ? `(${other.join(", ")})` : "(nothing that is kept)");
  return step("Read", [element("blockquote", { dir: "auto", text }), kinds.length ? element("p", { class: "tags" }, kinds) : null]);
}

function understood(turn) {
  if (turn.rule) return step("Recognised by wording", [element("p", {}, [element("code", { class: "rule", dir: "auto", text: turn.rule })])]);
  if (!turn.parts.length) return null;
  const rows = turn.parts.map((one) =>
    row(element("span", {}, [element("code", { text: one.intent }), element("span", { class: "aside", dir: "auto", text: one.text })]), one.confidence, percent(one.confidence)),
  );
  return step(turn.parts.length > 1 ? `Understood as ${turn.parts.length} questions` : "Understood", [element("ul", { class: "bars" }, rows)]);
}

function found(turn) {
  if (!turn.scores.length) return null;
  const used = new Set(turn.statements);
  const best = Math.max(...turn.scores.map((one) => one.score), 0);
  const shown = turn.scores.filter((one, rank) => rank < 5 || used.has(one.statement));
  const rows = shown.map((one) => {
    const name = element("span", {}, [element("code", { text: one.statement }), ...(used.has(one.statement) ? [element("span", { class: "tag good", text: "used" })] : [])]);
    return row(name, best > 0 ? one.score / best : 0, one.score.toFixed(3), used.has(one.statement) ? "used" : "");
  });
  return step("Found in the approved knowledge", [element("ul", { class: "bars" }, rows)]);
}

function drafted(turn, engine) {
  if (!turn.draft && !turn.engine) {
    if (!turn.scores.length || engine?.state === "ready") return null;
    const why = engine?.state === "loading" ? "The engine is still loading" : "There is no engine";
    return step("No draft", [element("p", { class: "aside", text: `${why}: the approved wording goes out as it is.` })]);
  }
  const verdicts = turn.verdicts.map((one) =>
    element("li", { class: one.supported ? "verdict good" : "verdict bad" }, [
      element("p", { dir: "auto", text: one.text }),
      element("p", { class: "aside", text: one.supported ? `Supported by ${one.cited.join(", ")}` : `Not sent: ${one.reasons.join("; ") || "not supported"}` }),
    ]),
  );
  const outcome = turn.wording === "generated"
    ? "Every sentence was supported: the draft was sent."
    : turn.verdicts.length ? "One sentence that is not supported refuses the whole draft: the approved wording was sent." : "No usable draft: the approved wording was sent.";
  return step(turn.draft || verdicts.length ? "Drafted by the model" : "No draft", [
    turn.engine ? element("p", { class: "aside", text: turn.engine }) : null,
    verdicts.length ? element("ol", { class: "verdicts" }, verdicts) : null,
    turn.draft ? element("details", { class: "raw" }, [element("summary", { text: "The draft as the model wrote it" }), element("pre", { dir: "auto", text: turn.draft })]) : null,
    element("p", { class: turn.wording === "generated" ? "outcome good" : "outcome", text: outcome }),
  ]);
}

function sent(turn, replies) {
  if (!turn.blocks.length) return step("Sent nothing", [element("p", { class: "aside", text: "The patient asked for no more messages." })]);
  const blocks = turn.blocks.map((block) =>
    element("li", { class: "block" }, [
      element("p", { dir: "auto", text: block.text }),
      element("p", { class: "aside" }, [element("span", { text: `${SOURCES[block.source] ?? block.source} ` }), element("code", { text: block.names.join(", ") })]),
    ]),
  );
  const history = replies.flatMap((reply) => [element("ol", { class: "track" }, reply.history.map(([status, at]) => element("li", { text: status, title: at })))]);
  return step(turn.wording === "generated" ? "Sent, as drafted" : "Sent, in approved wording", [element("ul", { class: "blocks" }, blocks), ...history]);
}

function took(turn, replies, asked) {
  const timings = Object.entries(turn.timings_s);
  if (!timings.length) return null;
  const longest = Math.max(...timings.map(([, seconds]) => seconds), 0.001);
  const rows = timings.map(([name, seconds]) => row(element("span", { text: name }), seconds / longest, duration(seconds)));
  const decided = timings.reduce((total, [, seconds]) => total + seconds, 0);
  const whole = replies.length && asked.length ? (new Date(replies[0].at) - new Date(asked.at(-1).at)) / 1000 : null;
  const words = whole === null ? `Decided in ${duration(decided)}.` : `Decided in ${duration(decided)}; ${duration(whole)} from the phone to the reply, with the pause that gathers a burst of messages.`;
  return step("Took", [element("ul", { class: "bars times" }, rows), element("p", { class: "aside", text: words })]);
}

function recorded(turn, verify) {
  if (!turn.record_hash) return null;
  return step("Recorded in the audit chain", [
    element("p", {}, [element("code", { class: "hash", text: turn.record_hash })]),
    element("p", { class: "aside" }, ["The record holds no patient text. Check the chain with ", element("code", { text: verify })]),
  ]);
}

function step(title, children) {
  return element("li", {}, [element("h3", { text: title }), ...children.filter(Boolean)]);
}

function row(label, share, value, state = "") {
  const bar = element("span", { class: "track-bar", "aria-hidden": "true" }, [element("i")]);
  bar.firstChild.style.inlineSize = `${Math.max(1, Math.min(1, share) * 100)}%`;
  return element("li", { "data-state": state || null }, [label, bar, element("span", { class: "value", text: value })]);
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function duration(seconds) {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return seconds >= 0.01 ? `${Math.round(seconds * 1000)} ms` : `${(seconds * 1000).toFixed(1)} ms`;
}
