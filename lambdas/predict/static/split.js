// The live variants: their share of the traffic, and who answered the calls of this page.

let answered = {};

function count(variant) {
  answered[variant] = (answered[variant] ?? 0) + 1;
  drawSplit();
}

let variants = [];

async function loadSplit(workload) {
  if (!workload) return; // a key was entered before the contract is here
  if (!find("key").value.trim()) return show(find("split"), make("p", { class: "hint" }, "Enter the API key to see the live variants."));
  const { document, problem } = await call(`/v1/workloads/${workload}`);
  if (problem) return show(find("split"), problemBox(problem));
  variants = document.variants;
  const chosen = find("variant").value;
  show(find("variant"), make("option", { value: "" }, "by weight"), ...variants.map(({ name }) => make("option", { value: name }, name)));
  find("variant").value = variants.some(({ name }) => name === chosen) ? chosen : "";
  drawSplit();
}

function drawSplit() {
  if (!variants.length) return;
  const total = Object.values(answered).reduce((sum, calls) => sum + calls, 0);
  const shares = variants.map(({ name, share }) => [name, share, `${(share * 100).toFixed(0)} %`]);
  const children = [bars(shares, "share of the traffic, by weight")];
  if (total) {
    const calls = variants.map(({ name }) => [name, (answered[name] ?? 0) / total, String(answered[name] ?? 0)]);
    children.push(bars(calls, `who answered, of ${total} from this page`));
  }
  for (const { name, metrics } of variants) {
    const values = Object.entries(metrics);
    if (values.length) children.push(make("p", { class: "hint" }, `${name} on the test set: ${values.map(([metric, value]) => `${metric} ${rounded(value)}`).join(", ")}`));
  }
  show(find("split"), ...children);
}
