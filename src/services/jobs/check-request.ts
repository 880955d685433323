import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { BackboneInfo, CreateJobRequest, LeviOptions } from '../../contract/index.ts';
import { resolveLayers } from '../../levi/config.ts';
import { findBackbone } from '../models/find-backbone.ts';
import type { Services } from '../ports.ts';

/** Checks everything that needs no file. @returns the backbone */
export function checkRequest(services: Pick<Services, 'settings'>, request: CreateJobRequest): BackboneInfo {
  const { model, method, integrations, levi = {} } = request;
  assertSmall(request);
  const backbone = requireBackbone(services, model);
  if (method && method.type !== 'supervised') {
    throw unsupported(
      'method.type',
      `"${method.type}" is not offered: Levigate trains classifiers from labelled examples. Use "supervised".`,
    );
  }
  if (integrations && integrations.length > 0) {
    throw unsupported('integrations', "none is offered: read the metrics from the job's events and its report.");
  }
  checkLevi(model, backbone, levi);
  return backbone;
}

/** They are kept with the job, whose row has a size that the database sets. */
function assertSmall({ method, hyperparameters, levi, metadata }: CreateJobRequest): void {
  const chars = JSON.stringify({ method, hyperparameters, levi, metadata }).length;
  if (chars <= LIMITS.jobOptionsBytes) return;
  throw new LevigateError(
    'invalid_request',
    `the options take ${chars} characters; at most ${LIMITS.jobOptionsBytes} are kept with a job: name fewer columns or classes`,
    { param: 'levi' },
  );
}

function requireBackbone(services: Pick<Services, 'settings'>, model: string): BackboneInfo {
  const backbone = findBackbone(services, model);
  if (backbone) return backbone;
  const known = Object.keys(services.settings.backbones).join(', ');
  if (model.startsWith('ft:')) {
    throw unsupported(
      'model',
      `"${model}" is a fine-tuned model, and an adapter is always trained from its backbone: give the backbone (${known}) and a training file that holds the old rows too.`,
    );
  }
  throw new LevigateError('unknown_backbone', `"${model}" is not a backbone of this installation; it has: ${known}`, {
    param: 'model',
  });
}

function checkLevi(
  model: string,
  { taps, maxTokens }: BackboneInfo,
  { layers = 'all', max_length, shift_files = [], group_by, columns = {} }: LeviOptions,
): void {
  resolveLayers(layers, taps);
  if (max_length !== undefined && maxTokens === null) {
    throw unsupported('levi.max_length', `${model} reads images, which have no tokens: leave it out.`);
  }
  if (max_length !== undefined && maxTokens !== null && max_length > maxTokens) {
    throw unsupported('levi.max_length', `${model} reads at most ${maxTokens} tokens; ${max_length} is too long.`);
  }
  if (group_by !== undefined && (columns.group ?? group_by) !== group_by) {
    throw unsupported('levi.group_by', `is "${group_by}", and levi.columns.group "${columns.group}": name one column.`);
  }
  const names = shift_files.map(({ name }) => name);
  const repeated = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (repeated !== -1) {
    throw new LevigateError(
      'invalid_request',
      `"levi.shift_files.${repeated}.name": "${names[repeated]}" is there twice: the report tells the shifts apart by name`,
      { param: `levi.shift_files.${repeated}.name` },
    );
  }
}

const unsupported = (param: string, problem: string): LevigateError =>
  new LevigateError('unsupported_option', `${param}: ${problem}`, { param });
