// GitHub's GraphQL schema: whether a document, its variables and our fake's answer fit.

import { buildSchema, executeSync, getVariableValues, Kind, parse, validate } from "graphql";
import { schema as described } from "@octokit/graphql-schema";
import { isDeepStrictEqual } from "node:util";

const schema = buildSchema(described.idl, { assumeValidSDL: true });

/** The field that an operation is about, and what is wrong. */
export function graphqlErrors({ query, variables, ...rest }, answer) {
  const errors = Object.keys(rest).filter((name) => name !== "operationName").map((name) => `no field \`${name}\``);
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return { id: "graphql", errors: [error.message] };
  }
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  const id = `graphql ${operation.selectionSet.selections[0].name.value}`;
  errors.push(...validate(schema, document).map((error) => error.message));
  if (errors.length) return { id, errors };
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
  errors.push(...(coerced.errors ?? []).map((error) => error.message));
  if (answer && !errors.length) {
    const { data, errors: refusals = [], ...others } = answer;
    errors.push(...Object.keys(others).map((name) => `answer: no field \`${name}\``));
    for (const refusal of refusals) {
      if (typeof refusal.message !== "string") errors.push("answer: an error without a message");
    }
    // Nothing but errors, where a field that is never null has none.
    if (data === null && refusals.length) return { id, errors };
    // The answer stands in for what the fields resolve to: what is wrong or too much does not come out again.
    const made = executeSync({ schema, document, rootValue: data ?? {}, variableValues: variables ?? {} });
    const plain = (value) => JSON.parse(JSON.stringify(value ?? null));
    errors.push(...(made.errors ?? []).map((error) => `answer: ${error.message}`));
    if (!isDeepStrictEqual(plain(made.data), plain(data))) {
      errors.push(`answer: ${JSON.stringify(data)} is not what is asked for`);
    }
  }
  return { id, errors };
}
