// A form made of a workload's schema, with the example filled in.

const MOST_CHOICES = 200;

function fieldsOf(contract, workload) {
  const operation = contract.paths[`/v1/workloads/${workload}/predictions`].post;
  const content = operation.requestBody.content["application/json"];
  const record = content.schema.properties.instances.items.oneOf?.[0];
  return record && { properties: record.properties, example: content.example.instances[0] };
}

function buildForm(fields) {
  const inputs = Object.entries(fields.properties).map(([name, schema], number) => {
    const id = `field-${number}`;
    const input = control(id, schema, fields.example[name]);
    input.name = name;
    input.dataset.kind = schema.enum ? "category" : schema.type;
    const label = make("label", { for: id }, name, input, make("span", { class: "hint", id: `${id}-hint` }, hint(schema)));
    label.append(make("span", { class: "wrong", id: `${id}-wrong` }));
    return label;
  });
  show(find("fields"), ...inputs);
}

function control(id, schema, example) {
  const described = { id, "aria-describedby": `${id}-hint ${id}-wrong` };
  if (schema.enum && schema.enum.length <= MOST_CHOICES) {
    const options = schema.enum.map((level) => make("option", level === example ? { value: level, selected: "" } : { value: level }, level));
    return make("select", described, ...options);
  }
  const input = make("input", { ...described, value: String(example ?? ""), autocomplete: "off" });
  if (!schema.enum) input.inputMode = schema.type === "integer" ? "numeric" : "decimal";
  return input;
}

function hint(schema) {
  if (schema.enum) return `one of ${schema.enum.length}`;
  const kind = schema.type === "integer" ? "whole number" : "number";
  return `${kind}, ${rounded(schema.minimum)} to ${rounded(schema.maximum)}`;
}

// What is no number is sent as it is: the API says what is wrong with it, in one place for all clients.
function record() {
  const read = (input) => {
    const text = input.value.trim();
    return input.dataset.kind === "category" || text === "" || !Number.isFinite(Number(text)) ? text : Number(text);
  };
  return Object.fromEntries(inputs().map((input) => [input.name, read(input)]));
}

const inputs = () => [...find("fields").querySelectorAll("input, select")];

function markWrong(errors) {
  const byField = Object.fromEntries((errors ?? []).map((error) => [error.field, error]));
  for (const input of inputs()) {
    const error = byField[input.name];
    input.setAttribute("aria-invalid", String(Boolean(error)));
    find(`${input.id}-wrong`).textContent = error ? `${error.detail}; allowed: ${allowed(error.allowed)}` : "";
  }
  inputs().find((input) => byField[input.name])?.focus();
}

function allowed(value) {
  if (Array.isArray(value)) return value.slice(0, 20).join(", ");
  if (value && typeof value === "object") return `${rounded(value.min)} to ${rounded(value.max)}`;
  return String(value);
}
