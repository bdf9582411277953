// GitHub's description of its REST API, as JSON Schemas that are stricter where a mistake would go unnoticed.

import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { createRequire } from "node:module";

const document = createRequire(import.meta.url)("@octokit/openapi/generated/api.github.com.json");
const compile = new Ajv2020.default({ strict: false, allErrors: true, logger: false, coerceTypes: false });
addFormats.default(compile);
const coerce = new Ajv2020.default({ strict: false, allErrors: true, logger: false, coerceTypes: true });
addFormats.default(coerce);

/** What a reference stands for; anything else as it is. */
export function resolve(node) {
  while (node?.$ref) {
    node = node.$ref.slice(2).split("/").reduce((at, part) => at[part.replaceAll("~1", "/")], document);
  }
  return node;
}

/**
 * A schema that knows no properties but those of the description. Of a response, not everything has to be there: a
 * fake has what is read, and no more. `closed`: whether this is a whole object, and not one part of several.
 */
function strict(node, whole, closed, definitions) {
  if (typeof node !== "object" || node === null) return node;
  if (node.$ref) {
    const name = `${node.$ref.split("/").slice(2).join("-")}${closed ? "" : "-part"}`;
    if (!(name in definitions)) {
      definitions[name] = true;
      definitions[name] = strict(resolve(node), whole, closed, definitions);
    }
    return { $ref: `#/$defs/${name}` };
  }
  const { nullable, required, properties, items, allOf, anyOf, oneOf, additionalProperties, ...rest } = node;
  const part = (other) => strict(other, whole, false, definitions);
  const made = { ...rest };
  delete made.discriminator;
  delete made.example;
  delete made.default;
  if (required && whole) made.required = required;
  if (properties) {
    const closedOnes = Object.entries(properties).map(([name, value]) => [name, strict(value, whole, true, definitions)]);
    made.properties = Object.fromEntries(closedOnes);
  }
  if (items) made.items = strict(items, whole, true, definitions);
  if (allOf) made.allOf = allOf.map(part);
  if (anyOf) made.anyOf = anyOf.map(part);
  // With less required, more than one of them fits.
  if (oneOf) made[whole ? "oneOf" : "anyOf"] = oneOf.map(part);
  if (additionalProperties !== undefined) made.additionalProperties = strict(additionalProperties, whole, true, definitions);
  const object = properties || allOf || anyOf || oneOf;
  if (closed && object && additionalProperties === undefined) made.unevaluatedProperties = false;
  return nullable ? { anyOf: [{ type: "null" }, made] } : made;
}

const validators = new Map();

function check(key, schema, whole, value) {
  if (!validators.has(key)) {
    const definitions = {};
    const made = strict(schema, whole, true, definitions);
    validators.set(key, compile.compile({ ...made, $defs: definitions }));
  }
  const validate = validators.get(key);
  if (validate(value)) return [];
  // Alternatives bring an error each; the ones that lie deepest say most.
  const depth = (error) => error.instancePath.split("/").length;
  const errors = validate.errors.filter((error) => !["anyOf", "oneOf"].includes(error.keyword) || validate.errors.length === 1);
  errors.sort((one, other) => depth(other) - depth(one));
  const text = (error) => {
    const { unevaluatedProperty, additionalProperty } = error.params;
    const name = unevaluatedProperty ?? additionalProperty;
    return `${error.instancePath || "/"} ${name ? `has no property \`${name}\` in GitHub's description` : error.message}`;
  };
  return [...new Set(errors.map(text))].slice(0, 4);
}

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  ["get", "post", "put", "patch", "delete"].filter((method) => item[method]).map((method) => ({
    id: item[method].operationId,
    method: method.toUpperCase(),
    parts: path.split("/").slice(1),
    operation: item[method],
    parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve),
  })),
);

/** The operation that a request is; nothing if the description has none. */
export function find(method, path) {
  // Where redirects of renamed repositories point to is not described.
  const parts = path.replace(/^\/repositories\/\d+/, "/repos/{owner}/{repo}").split("/").slice(1);
  const fits = operations.filter((one) => one.method === method && one.parts.length === parts.length
    && one.parts.every((part, index) => part === parts[index] || (part.startsWith("{") && parts[index] !== "")));
  const literal = (one) => one.parts.filter((part) => !part.startsWith("{")).length;
  return fits.sort((one, other) => literal(other) - literal(one))[0];
}

/** What is wrong with a request. */
export function requestErrors(found, query, body) {
  const errors = [];
  for (const [name, value] of Object.entries(query)) {
    const parameter = found.parameters.find((one) => one.in === "query" && one.name === name);
    if (!parameter) {
      errors.push(`no query parameter \`${name}\` in GitHub's description`);
      continue;
    }
    const validate = coerce.compile({ type: "object", properties: { value: strict(parameter.schema, true, true, {}) } });
    if (!validate({ value })) errors.push(`query parameter \`${name}=${value}\`: ${validate.errors[0].message}`);
  }
  for (const { name } of found.parameters.filter((one) => one.in === "query" && one.required)) {
    if (!(name in query)) errors.push(`query parameter \`${name}\` is missing`);
  }
  const described = resolve(found.operation.requestBody);
  const schema = described?.content?.["application/json"]?.schema;
  if (body === null) {
    if (described?.required) errors.push("the body is missing");
  } else if (!schema) {
    errors.push("a body that GitHub's description does not have");
  } else {
    errors.push(...check(`${found.id} request`, schema, true, body).map((error) => `request ${error}`));
  }
  return errors;
}

// Said of all operations, outside of the description: no token, one without the right, an unknown version, what one
// may not see, and redirects of anything but GET.
const ANYWHERE = [307, 400, 401, 403, 404];

/** The schema of an answer: `undefined` for a status that is not described, `null` for one without a body. */
export function responseSchema(found, status) {
  const described = resolve(found.operation.responses[status]);
  if (described) return described.content?.["application/json"]?.schema ?? null;
  return ANYWHERE.includes(status) ? { $ref: "#/components/schemas/basic-error" } : undefined;
}

/** What is wrong with an answer of our own fake. */
export function responseErrors(found, status, body) {
  const schema = responseSchema(found, status);
  if (schema === undefined) return [`status ${status} is not described`];
  if (schema === null || body === null) return [];
  return check(`${found.id} ${status}`, schema, false, body).map((error) => `response ${error}`);
}

/** Calls `see` with the path of every value that is there and may be null, and whether it is. */
export function nullables(node, value, path, see) {
  const seen = resolve(node);
  if (seen === undefined || seen === null) return;
  const branches = [...(seen.allOf ?? []), ...(seen.anyOf ?? []), ...(seen.oneOf ?? [])];
  const empty = (one) => resolve(one).nullable || [resolve(one).type].flat().includes("null");
  if (path && (empty(seen) || branches.some(empty))) see(path, value === null);
  if (value === null || typeof value !== "object") return;
  for (const branch of branches) nullables(branch, value, "", (at, isNull) => see(path + at, isNull));
  if (Array.isArray(value)) {
    for (const item of value) nullables(seen.items, item, "", (at, isNull) => see(`${path}[]${at}`, isNull));
  } else {
    for (const [name, item] of Object.entries(value)) {
      const property = seen.properties?.[name];
      if (property) nullables(property, item, `.${name}`, (at, isNull) => see(path + at, isNull));
    }
  }
}
