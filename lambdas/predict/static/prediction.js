// A prediction as a person reads it: a number, a class with its probabilities, or a forecast.

function predictionBox(prediction) {
  if (typeof prediction === "number") return make("p", { class: "big" }, rounded(prediction));
  if (prediction.error) return make("p", { class: "problem" }, prediction.error);
  if (prediction.mean) return forecastBox(prediction);
  const box = make("div", {}, make("p", { class: "big" }, prediction.label));
  if (prediction.probabilities) {
    const rows = Object.entries(prediction.probabilities).sort(([, one], [, other]) => other - one);
    box.append(bars(rows.map(([name, share]) => [name, share, `${(share * 100).toFixed(1)} %`]), "probability of each class"));
  }
  return box;
}

// One cell of a table or of a file.
function predictionText(prediction) {
  if (typeof prediction === "number") return String(prediction);
  return prediction.label ?? prediction.error ?? prediction.mean.join(" ");
}
