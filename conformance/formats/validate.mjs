// Holds reports in SARIF to the schema of the standard: `node validate.mjs DIR`, where a run of the test `formats`
// with SARIF_RECORD=DIR has left its files. The schema is the one that comes with @microsoft/jest-sarif (MIT).

import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const dir = process.argv[2];
if (!dir) throw new Error("usage: node validate.mjs DIR");
const main = createRequire(import.meta.url).resolve("@microsoft/jest-sarif");
const schema = JSON.parse(readFileSync(join(dirname(main), "schemas/sarif-2.1.0-rtm.5.json"), "utf8"));
// Its patterns are not of the Unicode kind.
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);

const files = readdirSync(dir).filter((name) => name.endsWith(".sarif")).sort();
let [results, fixes, failed] = [0, 0, 0];
for (const name of files) {
  const log = JSON.parse(readFileSync(join(dir, name), "utf8"));
  if (!validate(log)) {
    failed += 1;
    console.error(`${name}: ${ajv.errorsText(validate.errors, { separator: "\n  " })}`);
  }
  for (const result of log.runs.flatMap((run) => run.results)) {
    results += 1;
    fixes += (result.fixes ?? []).length;
  }
}
// A schema that is not there, or takes anything, would pass all of them.
const broken = structuredClone(JSON.parse(readFileSync(join(dir, files[0]), "utf8")));
broken.runs[0].columnKind = "bytes";
if (validate(broken)) throw new Error("the schema takes what the standard does not");
console.log(`formats: ${files.length} reports with ${results} results and ${fixes} fixes, ${failed} not as the schema says`);
process.exit(failed > 0 || files.length < 100 || fixes < 100 ? 1 : 0);
