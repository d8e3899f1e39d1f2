// Wires the page: load the contract, choose a workload, predict.

let contract;
const workload = () => find("workload").value;

async function start() {
  find("contract").href = `${base}/openapi.json`;
  find("key").value = sessionStorage.getItem("key") ?? "";
  const { document: loaded, problem } = await call("/openapi.json");
  if (problem) return show(find("about"), problemBox(problem));
  contract = loaded;
  find("title").textContent = contract.info.title;
  document.title = contract.info.title;
  const names = contract.tags.map(({ name }) => name).filter((name) => name !== "general");
  show(find("workload"), ...names.map((name) => make("option", { value: name }, name)));
  const asked = decodeURIComponent(location.hash.slice(1));
  if (names.includes(asked)) find("workload").value = asked;
  else find("workload").value = names.find((name) => fieldsOf(contract, name)) ?? names[0];
  choose();
}

function choose() {
  const fields = fieldsOf(contract, workload());
  find("form").hidden = !fields;
  find("about").textContent = fields ? "" : `${workload()} has no live model yet: it answers once a run has deployed one.`;
  answered = {};
  variants = [];
  for (const place of ["fields", "result", "table", "split"]) show(find(place));
  if (fields) buildForm(fields);
  drawCurl();
  loadSplit(workload());
}

function drawCurl() {
  const headers = Object.entries(sentHeaders()).map(([name, value]) => `  -H ${shell(`${name}: ${value}`)} \\`);
  const body = inputs().length ? shell(JSON.stringify({ instances: [record()] })) : "'{\"instances\": [...]}'";
  find("curl").textContent = [`curl -X POST ${shell(`${base}/v1/workloads/${workload()}/predictions`)} \\`, '  -H "x-api-key: $API_KEY" \\', ...headers, `  -d ${body}`].join("\n");
}

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

async function busily(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

find("workload").addEventListener("change", () => { history.replaceState(null, "", `#${encodeURIComponent(workload())}`); choose(); });
find("key").addEventListener("change", () => { sessionStorage.setItem("key", find("key").value.trim()); loadSplit(workload()); });
find("access").addEventListener("submit", (event) => { event.preventDefault(); find("key").blur(); });
find("form").addEventListener("input", drawCurl);
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  busily(find("form").querySelector("button"), () => predictOne(workload()));
});
find("form").addEventListener("reset", () => setTimeout(() => { buildForm(fieldsOf(contract, workload())); drawCurl(); }));
find("refresh").addEventListener("click", () => busily(find("refresh"), () => loadSplit(workload())));
find("file").addEventListener("change", () => find("file").files[0] && predictFile(workload(), find("file").files[0]));
for (const name of ["dragover", "dragleave", "drop"]) {
  find("drop").addEventListener(name, (event) => {
    event.preventDefault();
    find("drop").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) predictFile(workload(), event.dataTransfer.files[0]);
  });
}
find("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("curl").textContent).then(
    () => { find("copied").textContent = "Copied."; },
    () => { find("copied").textContent = "The browser did not allow it: select the text."; });
});

start();
