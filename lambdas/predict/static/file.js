// A CSV file: sent as it is; the predictions come back beside its lines, to read here or to keep.

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_ROWS = 200;

async function predictFile(workload, file) {
  if (file.size > MOST_BYTES) {
    return show(find("table"), problemBox({ status: 413, title: "Too large", detail: `${file.name} has ${file.size} bytes; at most ${MOST_BYTES} (4 MB) go in one call.` }));
  }
  const text = await file.text();
  const headers = { ...sentHeaders(), "content-type": "text/csv" };
  const { document, problem, milliseconds } = await call(`/v1/workloads/${workload}/predictions`, { method: "POST", headers, body: text });
  if (problem) return show(find("table"), problemBox(problem), wrongRows(problem.errors ?? []));
  count(document.variant);
  const { predictions } = document;
  show(find("table"),
    facts([["file", file.name], ["rows", predictions.length], ["variant", document.variant], ["latency", `${milliseconds.toFixed(0)} ms`]]),
    predictionTable(predictions), download(file.name, predictions));
}

function predictionTable(predictions) {
  const more = predictions.length > MOST_ROWS ? `; the first ${MOST_ROWS} are shown` : "";
  const head = make("tr", {}, make("th", { scope: "col" }, "row"), make("th", { scope: "col" }, "prediction"));
  const rows = predictions.slice(0, MOST_ROWS).map((prediction, number) =>
    make("tr", {}, make("th", { scope: "row" }, String(number + 1)), make("td", {}, predictionText(prediction))));
  const words = `${predictions.length} predictions${more}`;
  const table = make("table", {}, make("caption", {}, words), make("thead", {}, head), make("tbody", {}, ...rows));
  return make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words }, table);
}

function wrongRows(errors) {
  const lines = errors.slice(0, MOST_ROWS).map(({ row, field, detail, allowed: what }) =>
    make("li", {}, `${row ? `row ${row}` : "header"}, ${field ?? "whole row"}: ${detail}; allowed: ${allowed(what)}`));
  return make("ul", {}, ...lines);
}

function download(name, predictions) {
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const text = ["prediction", ...predictions.map((prediction) => quoted(predictionText(prediction)))].join("\n") + "\n";
  const button = make("button", { type: "button", class: "quiet" }, "Download the predictions");
  button.addEventListener("click", () => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const link = make("a", { href: url, download: `${name.replace(/\.csv$/i, "")}.predictions.csv` });
    link.click();
    URL.revokeObjectURL(url);
  });
  return make("div", { class: "row buttons" }, button);
}
