import { keysOf, tableOf } from '../../contract/tables.ts';
import { concat, createGraph, mul, slice, sub } from '../../engine/index.ts';
import type { Dimension, Graph, Value } from '../../engine/index.ts';
import { MEAN, SCALE, tensorNeeds } from '../adapter/adapter.ts';
import type { ArchitectureSpec } from '../methods/architecture.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import { PART_RULES } from '../methods/parts.ts';
import type { PartContext, PartKey, PartOutput, TaskPart } from '../methods/parts.ts';
import { TASK_IMAGES } from '../task-model/task-tables.ts';
import { taskValues } from '../task-model/task-values.ts';
import { FAMILY_GRAPHS } from '../tasks/family-graphs.ts';

/** Names of a serving graph's inputs and outputs that are not weights. */
export const FEATURES = 'features';
export const ROWS = 'rows';
export const ANSWERS = 'answers';
export const VIEWS = 'views';
export const GATE = 'levi.gate';
/** What the host gathers for a part's task model; the images are the same for all. */
export const taskInput = (part: TaskPart, name: string): string => (name === TASK_IMAGES ? name : `${part}.${name}`);

/**
 * The graph that answers for every adapter of an architecture: features `[B, K, d]` as the backbone gives them, what
 * task models read gathered on the host, and the adapter's weights, all as inputs; answers `[B, C]` and, for LEVI, views `[K, B, C]` out,
 * both at the adapter's temperature, or in the target's unit.
 */
export function buildServingGraph(spec: ArchitectureSpec): Graph {
  const graph = createGraph();
  const { weights, rounded } = tensorNeeds(spec);
  const input = once((name: string) => graph.input(name, name === rounded ? 'int8' : 'float32', weights[name] ?? []));
  const raw = once(() => graph.input(FEATURES, 'float32', ['B', spec.taps, spec.width]));
  const standardise = (layers: readonly number[]): Value => {
    const take = (value: Value, axis: number): Value => takeLayers(value, layers, { axis, of: spec.taps });
    return mul(sub(take(raw(''), 1), take(input(MEAN), 0)), take(input(SCALE), 0));
  };
  const rows = once(() => graph.input(ROWS, 'float32', ['B', 1]));
  const gate = once(() => graph.input(GATE, 'float32', ['B', 1]));
  const shared = new Map<string, Value>();
  const gathered =
    (part: TaskPart) =>
    (name: string, dims: readonly Dimension[]): Value => {
      const key = taskInput(part, name);
      const value = shared.get(key) ?? graph.input(key, 'float32', dims);
      shared.set(key, value);
      return value;
    };
  const context: PartContext = {
    spec,
    features: standardise,
    weight: input,
    task: (part) =>
      taskValues({ ...spec, batch: 'B', input: gathered(part), weight: (name) => input(`${part}.${name}`) }),
    gate: () => gate(''),
    rows: () => rows(''),
  };
  const part = once((key: PartKey): PartOutput => PART_RULES[key].build(context));
  const logits = METHOD_RULES[spec.method].combine(
    tableOf(keysOf(PART_RULES), (key) => () => part(key).logits),
    context,
  );
  const answer = (value: Value): Value => FAMILY_GRAPHS[spec.family].answer(value, input);
  graph.output(ANSWERS, answer(logits));
  const parts: readonly PartKey[] = METHOD_RULES[spec.method].parts;
  const { views } = parts.includes('levi') ? part('levi') : {};
  if (views !== undefined) graph.output(VIEWS, answer(views));
  return graph;
}

/** Some of the layers along an axis; the value itself where they are all. */
function takeLayers(
  value: Value,
  layers: readonly number[],
  { axis, of }: { readonly axis: number; readonly of: number },
): Value {
  if (layers.length === of) return value;
  const taken = layers.map((layer) => slice(value, axis, layer, layer + 1));
  return concat(taken, axis);
}

/** Each key's value, made at its first use and then shared. */
function once<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new Map<Key, Made>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
