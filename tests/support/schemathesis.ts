import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_PRINTED_CHARS = 20_000;

/** What is there to be asked for: names alone would make every second request a 404. */
export interface KnownIds {
  /** May occur in any request. */
  readonly shared: {
    readonly model: string;
    readonly backbone: string;
    readonly jobId: string;
    readonly fileId: string;
  };
  /** Of what requests change or delete, so that the run goes on with what it needs. */
  readonly spare: {
    readonly keyId: string;
    readonly projectId: string;
    readonly model: string;
    readonly fileId: string;
  };
}

export interface SchemathesisRun {
  readonly program: string;
  /** For the configuration and the report. */
  readonly folder: string;
  readonly url: string;
  readonly apiKey: string;
  readonly ids: KnownIds;
  readonly seed: number;
  readonly seconds: number;
}

export interface SchemathesisReport {
  readonly operations: { readonly total: number; readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly {
    readonly title: string;
    readonly count: number;
    readonly operations: readonly string[];
  }[];
  readonly errors: readonly unknown[];
}

/** @returns the report, and what the program printed of failures: each with the request that shows it */
export async function runSchemathesis({
  program,
  folder,
  url,
  apiKey,
  ids,
  seed,
  seconds,
}: SchemathesisRun): Promise<{ readonly report: SchemathesisReport; readonly printed: string }> {
  const config = join(folder, 'schemathesis.toml');
  const reportPath = join(folder, 'schemathesis.json');
  const hooks = join(folder, 'schemathesis_hooks.py');
  await writeFile(hooks, hooksOf(ids));
  await writeFile(config, configOf(ids, hooks));
  const args = ['--config-file', config, 'run', `${url}/openapi.json`];
  const limits = ['--seed', String(seed), '--max-time', String(seconds), '--workers', '2', '--request-timeout', '20'];
  const output = ['--report', 'json', '--report-json-path', reportPath, '--no-color'];
  const { stdout } = await run(
    program,
    [...args, '--header', `Authorization: Bearer ${apiKey}`, '--continue-on-failure', ...limits, ...output],
    { cwd: folder, timeout: (seconds + 120) * 1000, maxBuffer: 256 * 1024 * 1024 },
  ).catch((error: unknown) => {
    // With failures it ends by 1, and has said them.
    if (error instanceof Error && 'code' in error && error.code === 1) return error as unknown as { stdout: string };
    throw error;
  });
  // The report's form is that of the version which the test installs.
  const report = JSON.parse(await readFile(reportPath, 'utf8')) as SchemathesisReport;
  return { report, printed: stdout.slice(stdout.search(/=+ (?:ERRORS|FAILURES) =+/)).slice(0, MAX_PRINTED_CHARS) };
}

const quoted = (values: readonly string[]): string => values.map((value) => JSON.stringify(value)).join(', ');

/** One operation, with what its path names. */
const pinned = (path: string, parameter: string, value: string, method?: string): string => `
[[operations]]
include-path = "${path}"
${method === undefined ? '' : `include-method = "${method}"`}
parameters = { "path.${parameter}" = ${JSON.stringify(value)} }
`;

function configOf({ shared, spare }: KnownIds, hooks: string): string {
  return `hooks = ${JSON.stringify(hooks)}

[dictionaries.known]
values = [${quoted(Object.values(shared))}]

[dictionaries.models]
values = [${quoted([shared.model, shared.backbone])}]

[dictionaries.jobs]
values = [${quoted([shared.jobId])}]

[dictionaries.files]
values = [${quoted([shared.fileId])}]

[parameters]
"path.model" = { dictionary = "models", probability = 0.8 }
"path.fine_tuning_job_id" = { dictionary = "jobs", probability = 0.8 }
"path.file_id" = { dictionary = "files", probability = 0.8 }

[generation]
allow-x00 = true
no-shrink = true

[generation.dictionaries]
string = { dictionary = "known", probability = 0.3 }

[checks]
# What no schema says, an answer does: dates in the past, files that are none, options that exclude each other.
positive_data_acceptance.enabled = false
# These follow an id from its creation, and the ids of the paths are ours.
ensure_resource_availability.enabled = false
use_after_free.enabled = false
# 503: a backbone that this machine cannot fetch. That the worker lives is asked after the run.
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503]
# 413: what holds too many items may be too large to be read.
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 424, 428, 429, "5xx"]
${pinned('/v1/api_keys/{key_id}', 'key_id', spare.keyId)}
${pinned('/v1/admin/projects/{project_id}', 'project_id', spare.projectId)}
${pinned('/v1/models/{model}', 'model', spare.model, 'DELETE')}
${pinned('/v1/files/{file_id}', 'file_id', spare.fileId, 'DELETE')}
${pinned('/replicate/v1/files/{id}', 'id', spare.fileId, 'DELETE')}
# Any bytes are a file, and what it takes for a wrong one is a right one.
[[operations]]
include-path = ["/v1/files", "/v1/uploads/{upload_id}/parts", "/replicate/v1/files"]
include-method = "POST"
checks.negative_data_rejection.enabled = false
`;
}

/** Three in four of the bodies that are right by their schemas get names that are there, and lose what a classifier refuses. */
const hooksOf = ({ shared: { model, backbone, fileId } }: KnownIds): string => `
import json
import zlib
import schemathesis

schemathesis.serializer.alias("application/x-tar", "application/octet-stream")

MODEL, BACKBONE, FILE = ${JSON.stringify([model, backbone, fileId])}
TEXT = "please cancel my card"
KNOWN = {"model": MODEL, "version": MODEL, "training_file": FILE, "validation_file": None, "input": TEXT, "inputs": TEXT, "ids": [1, 2]}
REFUSED = {"models", "target", "levi", "integrations", "tools", "tool_choice", "functions", "modalities", "audio", "web_search_options", "response_format", "expires_at"}
FITTING = {
    "/v1/predict": {"model": MODEL},
    "/v1/fine_tuning/jobs": {"model": BACKBONE, "dry_run": True},
    "/v1/chat/completions": {"messages": [{"role": "user", "content": TEXT}], "n": 1, "logprobs": True},
    "/v1/systemone": {"state": TEXT, "questions": {"intent": {"type": "choice"}}},
    "/replicate/v1/predictions": {"input": {"text": TEXT}},
    "/replicate/v1/models/{owner}/{name}/predictions": {"input": {"text": TEXT}},
}

def with_known(value):
    if isinstance(value, list):
        return [with_known(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: with_known(item) for key, item in value.items() if key not in REFUSED}
    return kept | {key: known for key, known in KNOWN.items() if key == "input" and key in kept or isinstance(kept.get(key), str)}

@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if not isinstance(body, dict) or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if zlib.crc32(json.dumps(body, default=str, sort_keys=True).encode()) % 4 == 0:
        return
    case.body = with_known(body)
    case.body |= FITTING.get(case.operation.path, {})
`;
