// Posts forms that Twilio's own Node library signed. Reads JSON from standard input:
// {package, token, posts: [{to, url, params}]}: `url` is what is signed, `to` is where it is posted.
// Writes a JSON list of {status, type, text}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { package: folder, token, posts } = JSON.parse(readFileSync(0, "utf8"));
const twilio = createRequire(`${folder}/`)("twilio");

const answers = [];
for (const { to, url, params } of posts) {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) form.append(name, one);
  }
  const signature = twilio.getExpectedTwilioSignature(token, url, params);
  const response = await fetch(to, { method: "POST", body: form, headers: { "X-Twilio-Signature": signature } });
  answers.push({
    status: response.status,
    type: response.headers.get("content-type"),
    text: await response.text(),
  });
}
process.stdout.write(JSON.stringify(answers));
