import { h, inlineCode } from "./dom.js";

const DEEPEST = 8;

/** Follow `$ref` into the document; gives the schema and the name it goes by. */
export function resolved(document, schema) {
  let name = "";
  let found = schema ?? {};
  while (found.$ref) {
    name = found.$ref.split(/[/.]/).at(-1); // `tradewind.cart.messages.Line` is a Line
    found = found.$ref.slice(2).split("/").reduce((part, key) => part?.[decoded(key)], document) ?? {};
  }
  return { schema: whole(document, found), name };
}

function decoded(key) {
  return decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
}

function whole(document, schema) {
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map((part) => resolved(document, part).schema);
  const { allOf, ...own } = schema;
  return parts.concat(own).reduce((joined, part) => ({
    ...joined, ...part,
    properties: { ...joined.properties, ...part.properties },
    required: [...(joined.required ?? []), ...(part.required ?? [])],
  }), {});
}

function variantsOf(schema) {
  return schema.anyOf ?? schema.oneOf ?? null;
}

function isNull(schema) {
  return schema.type === "null";
}

/** A schema's type in words: `array of OrderLine`, `string (email) or null`. */
export function typeOf(document, given) {
  const { schema, name } = resolved(document, given);
  const variants = variantsOf(schema);
  if (variants) return variants.map((variant) => typeOf(document, variant)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = [schema.type ?? (schema.properties ? "object" : schema.enum ? typeof schema.enum[0] : "any")].flat();
  return types.map((type) => oneType(document, schema, type, name)).join(" or ");
}

function oneType(document, schema, type, name) {
  if (type === "array") return `array of ${typeOf(document, schema.items)}`;
  if (type === "object" && name) return name;
  if (type === "object" && schema.additionalProperties && !schema.properties) {
    return `object of ${typeOf(document, schema.additionalProperties)}`;
  }
  return schema.format ? `${type} (${schema.format})` : type;
}

/** What a value must keep to, in words. */
export function limitsOf(document, given) {
  const { schema } = resolved(document, given);
  const variants = variantsOf(schema);
  const own = [
    range(schema.minLength, schema.maxLength, "characters"),
    range(schema.minItems, schema.maxItems, "items"),
    range(schema.minProperties, schema.maxProperties, "entries"),
    range(schema.minimum, schema.maximum, ""),
    schema.exclusiveMinimum !== undefined && `more than ${schema.exclusiveMinimum}`,
    schema.exclusiveMaximum !== undefined && `less than ${schema.exclusiveMaximum}`,
    schema.multipleOf !== undefined && `a multiple of ${schema.multipleOf}`,
    schema.enum && `one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`,
    schema.pattern && !schema.description && `matches ${schema.pattern}`,
    schema.uniqueItems && "no two alike",
    schema.default !== undefined && schema.default !== null && `default ${JSON.stringify(schema.default)}`,
    exampleGiven(schema) !== undefined && `e.g. ${JSON.stringify(exampleGiven(schema))}`,
  ].filter(Boolean);
  return own.concat((variants ?? []).filter((variant) => !isNull(variant)).flatMap((variant) => limitsOf(document, variant)));
}

function range(least, most, unit) {
  if (least === undefined && most === undefined) return null;
  const words = least === undefined ? `at most ${most}`
    : most === undefined ? `at least ${least}`
    : least === most ? `exactly ${least}` : `${least} to ${most}`;
  return unit ? `${words} ${unit}` : words;
}

/** The schema as a list of its properties, those of inner objects inside. */
export function schemaView(document, given, depth = 0) {
  const { schema } = resolved(document, given);
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => row(document, name, property, (schema.required ?? []).includes(name), depth));
  if (rows.length) return h("ul", { class: "properties" }, rows);
  const inner = innerOf(document, given);
  if (inner && depth < DEEPEST) return h("div", {}, h("p", { class: "note" }, typeOf(document, given)), schemaView(document, inner, depth + 1));
  return h("p", { class: "note" }, [typeOf(document, given), ...limitsOf(document, given)].join(" · "));
}

function row(document, name, property, required, depth) {
  const { schema } = resolved(document, property);
  const description = property.description ?? schema.description;
  const limits = limitsOf(document, property);
  return h("li", {},
    h("code", { class: "name" }, name), " ",
    h("span", { class: "type" }, typeOf(document, property)), " ",
    required && h("span", { class: "required" }, "required"),
    description && h("p", {}, inlineCode(description)),
    limits.length > 0 && h("p", { class: "limits" }, limits.join(" · ")),
    innerView(document, property, depth));
}

function innerView(document, property, depth) {
  const inner = innerOf(document, property);
  if (!inner || depth >= DEEPEST) return null;
  const label = resolved(document, inner).name || "its fields";
  const details = h("details", {}, h("summary", {}, `Show ${label}`));
  details.addEventListener("toggle", () => details.append(schemaView(document, inner, depth + 1)), { once: true });
  return details;
}

/** The object inside a property: itself, an array's item, a map's value, the one variant that is not null. */
function innerOf(document, given) {
  const { schema } = resolved(document, given);
  if (schema.properties) return given;
  const candidates = [schema.items, asSchema(schema.additionalProperties), ...(variantsOf(schema) ?? [])];
  for (const candidate of candidates.filter(Boolean)) {
    const inner = innerOf(document, candidate);
    if (inner) return inner;
  }
  return null;
}

function asSchema(additional) {
  return typeof additional === "object" ? additional : null;
}

function exampleGiven(schema) {
  return schema.example !== undefined ? schema.example : schema.examples?.[0];
}

const BY_FORMAT = {
  email: "ada@example.com",
  "date-time": "2026-01-31T12:00:00Z",
  date: "2026-01-31",
  uri: "https://example.com/",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
};

/** A value that the schema would take: its own example, or one made from its type. */
export function exampleOf(document, given, depth = 0) {
  const { schema } = resolved(document, given);
  const given_ = [exampleGiven(given ?? {}), exampleGiven(schema), schema.const, schema.default, schema.enum?.[0]];
  const ready = given_.find((value) => value !== undefined && value !== null);
  if (ready !== undefined) return ready;
  const variants = variantsOf(schema);
  if (variants) return exampleOf(document, variants.find((variant) => !isNull(variant)) ?? {}, depth + 1);
  return made(document, schema, depth);
}

function made(document, schema, depth) {
  const type = [schema.type].flat().find((one) => one !== "null") ?? (schema.properties ? "object" : "string");
  if (depth > DEEPEST) return null;
  if (type === "object") return madeObject(document, schema, depth);
  if (type === "array") return schema.items ? [exampleOf(document, schema.items, depth + 1)] : [];
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1);
  return BY_FORMAT[schema.format] ?? "text".padEnd(schema.minLength ?? 0, "-").slice(0, schema.maxLength);
}

function madeObject(document, schema, depth) {
  const required = new Set(schema.required ?? []);
  const wanted = Object.entries(schema.properties ?? {}).filter(
    ([name, property]) => required.has(name) || exampleGiven(property) !== undefined);
  return Object.fromEntries(wanted.map(([name, property]) => [name, exampleOf(document, property, depth + 1)]));
}
