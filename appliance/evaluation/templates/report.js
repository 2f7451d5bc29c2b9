// Narrows the list of failures; without scripts the whole list is there.
const form = document.querySelector("#filter");
const failures = [...document.querySelectorAll(".failure")];
const count = document.querySelector("#count");

function narrow() {
  const wanted = new FormData(form);
  const words = wanted.get("words").trim().toLowerCase();
  let shown = 0;
  for (const failure of failures) {
    const { category, language, pair, kinds } = failure.dataset;
    const fits =
      ["", category].includes(wanted.get("category")) &&
      ["", language].includes(wanted.get("language")) &&
      ["", pair].includes(wanted.get("pair")) &&
      (wanted.get("kind") === "" || kinds.split(" ").includes(wanted.get("kind"))) &&
      failure.textContent.toLowerCase().includes(words);
    failure.hidden = !fits;
    shown += fits;
  }
  count.textContent = `${shown} of ${failures.length} shown`;
}

function open(all) {
  for (const failure of failures) failure.open = all && !failure.hidden;
}

if (form) {
  form.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(narrow));
  document.querySelector("#open").addEventListener("click", () => open(true));
  document.querySelector("#close").addEventListener("click", () => open(false));
  for (const link of document.querySelectorAll("[data-filter]")) {
    link.addEventListener("click", () => {
      form.reset();
      form.elements[link.dataset.filter].value = link.dataset.value;
      narrow();
    });
  }
  narrow();
}
