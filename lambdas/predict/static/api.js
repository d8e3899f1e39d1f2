// Calls of this API, relative to where the page is; every failure becomes a problem document.

const base = location.origin + location.pathname.replace(/\/+$/, "");

async function call(path, { method = "GET", headers = {}, body } = {}) {
  const key = find("key").value.trim();
  const began = performance.now();
  let response;
  try {
    response = await fetch(base + path, { method, headers: key ? { "x-api-key": key, ...headers } : headers, body });
  } catch {
    return { problem: { title: "Not reached", detail: "The API did not answer. Are you online?" } };
  }
  const milliseconds = performance.now() - began;
  const document = await response.json().catch(() => null);
  if (response.ok && document) return { document, milliseconds };
  return { problem: document ?? { title: response.statusText, status: response.status, detail: "No reason was given." } };
}

function problemBox(problem) {
  const box = make("div", { class: "problem", role: "alert" }, make("strong", {}, `${problem.status ?? ""} ${problem.title ?? "Refused"}`));
  box.append(make("p", {}, problem.detail ?? ""));
  if (problem.status === 403) box.append(make("p", {}, "Is the API key above the right one?"));
  if (problem.request_id) box.append(make("p", { class: "hint" }, `request ${problem.request_id}`));
  return box;
}

function sentHeaders() {
  const headers = { "content-type": "application/json" };
  if (find("variant").value) headers["x-variant"] = find("variant").value;
  if (find("session").value.trim()) headers["x-session-id"] = find("session").value.trim();
  return headers;
}
