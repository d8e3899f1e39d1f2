// One call: what was predicted, by whom, how fast, and a place to tell what turned out to be true.

async function predictOne(workload) {
  const body = JSON.stringify({ instances: [record()] });
  const { document, problem, milliseconds } = await call(`/v1/workloads/${workload}/predictions`, {
    method: "POST", headers: sentHeaders(), body,
  });
  markWrong(problem?.errors);
  if (problem) return show(find("result"), problemBox(problem));
  count(document.variant);
  show(find("result"), make("div", { class: "answer" },
    predictionBox(document.predictions[0]),
    facts([["variant", document.variant], ["latency", `${milliseconds.toFixed(0)} ms`], ["model", document.model ?? "?"], ["inference id", document.inference_id]]),
    feedbackForm(workload, document)));
}

function feedbackForm(workload, { inference_id, predictions }) {
  const [first] = predictions;
  const input = make("input", { "aria-label": "what turned out to be true", autocomplete: "off" });
  const said = make("span", { class: "hint", role: "status" });
  const form = make("form", { class: "row buttons" }, make("label", {}, "What turned out to be true?", input), make("button", { class: "quiet" }, "Send feedback"), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const actual = truth(input.value.trim(), first);
    const { problem } = await call(`/v1/workloads/${workload}/feedback`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ inference_id, actual }),
    });
    said.textContent = problem ? problem.detail : "Thank you, kept.";
  });
  return form;
}

// A forecast's truth is one number per period, separated by spaces or commas.
function truth(text, prediction) {
  if (prediction.mean || prediction.error) return text.split(/[\s,;]+/).filter(Boolean).map(Number);
  return typeof prediction === "number" && text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
