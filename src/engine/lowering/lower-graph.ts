import type { OpType } from '../graph/operators.ts';
import type { Inputs, NamedValue, Node, Value } from '../graph/types.ts';
import { buildInt64Tensor, buildNode } from '../onnx/build.ts';
import type { OnnxNode, OnnxTensor } from '../onnx/types.ts';
import type { Each, EmittedNode, Emitter } from '../rules/rule.ts';
import { rules } from '../rules/rules.ts';
import type { Shape } from '../shape/dimension.ts';
import { tensor } from '../tensor.ts';
import { toOnnxTensor } from './onnx-tensor.ts';
import { createSymbolReader } from './symbols.ts';

interface LoweredNodes {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Inputs that sizes are read from. */
  readonly sized: ReadonlySet<NamedValue>;
}

interface LowerOptions {
  /** Values to compute, each after what it is made of. */
  readonly values: readonly Value[];
  readonly nameOf: (value: Value) => string;
  /** Where symbolic sizes may be read from, the first choice first. */
  readonly inputs: readonly NamedValue[];
  /** Puts the sizes that are given in the places of their names. */
  readonly resolve: (shape: Shape) => Shape;
}

/** The ONNX nodes of every operator among the values, and the small constants they need. */
export function lowerNodes({ values, nameOf, inputs, resolve }: LowerOptions): LoweredNodes {
  const { emitter, nodes, constants, sized } = createEmitter(inputs, resolve);
  for (const value of values) {
    if (value.origin.kind === 'node') lowerNode(value.origin.node, { output: nameOf(value), nameOf, emitter });
  }
  return { nodes, initializers: [...constants.values()], sized };
}

interface Target {
  readonly output: string;
  readonly nameOf: (value: Value) => string;
  readonly emitter: Emitter;
}

function lowerNode<O extends OpType>({ op, inputs, attributes }: Node<O>, { output, nameOf, emitter }: Target): void {
  const names: readonly string[] = inputs.map(nameOf);
  const shapes: readonly Shape[] = inputs.map(({ shape }) => shape);
  rules[op].lower({
    // The compiler does not follow a map over a generic tuple; its length is that of `inputs`.
    inputs: names as Each<Inputs<O>, string>,
    inputShapes: shapes as Each<Inputs<O>, Shape>,
    attributes,
    output,
    emitter,
  });
}

function createEmitter(
  inputs: LowerOptions['inputs'],
  resolve: LowerOptions['resolve'],
): {
  readonly emitter: Emitter;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly sized: ReadonlySet<NamedValue>;
} {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  const intern = (key: string, make: (name: string) => OnnxTensor): string => {
    const name = `%${key}`;
    if (!constants.has(name)) constants.set(name, make(name));
    return name;
  };
  const basic = {
    emit: ({ output = `%n${nodes.length}`, ...node }: EmittedNode): string => {
      nodes.push(buildNode({ ...node, outputs: [output] }));
      return output;
    },
    int64: (values: readonly number[]): string =>
      intern(`int64[${values.join(',')}]`, (name) => buildInt64Tensor(name, values)),
    float32: (value: number): string =>
      intern(`float32(${value})`, (name) => toOnnxTensor(name, tensor(Float32Array.of(value), []))),
  };
  const sized = new Set<NamedValue>();
  const readShape = createSymbolReader(basic, inputs, (input) => sized.add(input));
  const emitter: Emitter = { ...basic, shape: (shape) => readShape(resolve(shape)) };
  return { emitter, nodes, constants, sized };
}
