// Builds elements of the page. Text is always set as text, never as markup.

export function element(tag, { text, onclick, ...attributes } = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value);
  }
  if (text !== undefined) made.textContent = text;
  if (onclick) made.addEventListener("click", onclick);
  made.append(...children);
  return made;
}
