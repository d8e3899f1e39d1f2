// A forecast: the line of its means in the bands of its intervals, and the numbers below.

const SIZE = { width: 640, height: 260, left: 64, right: 16, top: 12, bottom: 36 };

function forecastBox(forecast) {
  const bands = Object.entries(forecast.intervals).sort(([one], [other]) => Number(other) - Number(one));
  const values = bands.flatMap(([, { lower, upper }]) => [...lower, ...upper]).concat(forecast.mean);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const steps = Math.max(1, forecast.mean.length - 1);
  const x = (step) => SIZE.left + (step / steps) * (SIZE.width - SIZE.left - SIZE.right);
  const y = (value) => SIZE.top + ((high - value) / (high - low || 1)) * (SIZE.height - SIZE.top - SIZE.bottom);
  const path = (numbers) => numbers.map((value, step) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`);
  const words = `Forecast by ${forecast.model}, ${forecast.periods[0]} to ${forecast.periods.at(-1)}`;
  const chart = draw("svg", { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img", "aria-label": words });
  for (const [level, { lower, upper }] of bands) {
    chart.append(draw("polygon", { class: `band${level}`, points: [...path(upper), ...path(lower).reverse()].join(" ") }));
  }
  chart.append(draw("polyline", { class: "mean", points: path(forecast.mean).join(" ") }));
  chart.append(draw("text", { x: 4, y: y(high) + 10 }, rounded(high)), draw("text", { x: 4, y: y(low) }, rounded(low)));
  chart.append(draw("text", { x: SIZE.left, y: SIZE.height - 12 }, forecast.periods[0]));
  chart.append(draw("text", { x: SIZE.width - SIZE.right, y: SIZE.height - 12, "text-anchor": "end" }, forecast.periods.at(-1)));
  return make("div", {}, chart, forecastTable(forecast, bands, words));
}

function forecastTable(forecast, bands, words) {
  const head = make("tr", {}, ...["period", "mean", ...bands.map(([level]) => `${level} %`)].map((name) => make("th", { scope: "col" }, name)));
  const rows = forecast.periods.map((period, step) => {
    const cells = bands.map(([, { lower, upper }]) => make("td", {}, `${rounded(lower[step])} to ${rounded(upper[step])}`));
    return make("tr", {}, make("th", { scope: "row" }, period), make("td", {}, rounded(forecast.mean[step])), ...cells);
  });
  const table = make("table", {}, make("caption", {}, words), make("thead", {}, head), make("tbody", {}, ...rows));
  return make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words }, table);
}
