"use strict";
// Making elements: text is always text, never markup, whatever the data says.

const find = (id) => document.getElementById(id);

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function show(place, ...children) {
  place.replaceChildren(...children);
}

function rounded(value) {
  return typeof value === "number" ? String(Number(value.toPrecision(5))) : String(value);
}

function facts(pairs) {
  const list = make("dl", { class: "facts" });
  for (const [name, value] of pairs) list.append(make("div", {}, make("dt", {}, name), make("dd", {}, String(value))));
  return list;
}

// A table of bars: name, share from 0 to 1, words.
function bars(rows, caption) {
  const table = make("table", { class: "bars" }, make("caption", {}, caption));
  for (const [name, share, words] of rows) {
    const bar = make("i");
    bar.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
    table.append(make("tr", {}, make("th", { scope: "row" }, name), make("td", { class: "bar" }, bar), make("td", {}, words)));
  }
  return table;
}
