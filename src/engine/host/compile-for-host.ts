import { liveValues } from '../graph/live-values.ts';
import type { OpType } from '../graph/operators.ts';
import type { Graph, Node, Value } from '../graph/types.ts';
import { factorsOf } from '../shape/dimension.ts';
import { sizeOf } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { HOST_OPERATORS } from './host-operators.ts';
import type { HostNode, HostStep } from './host-operators.ts';
import type { HostMemory } from './host-memory.ts';

/** A graph of fixed sizes that runs at once, in this thread: for graphs so small that handing them to a runtime takes longer. */
export interface HostProgram {
  /** By the names of the graph's inputs and outputs; the answers are the caller's. */
  run(feeds: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
}

interface Placed {
  readonly value: number;
  readonly inputs: readonly number[];
  /** Undefined: the input itself. */
  readonly step: HostStep | undefined;
  readonly out: Float32Array | undefined;
}

// The scratch's first bytes are nobody's: address 0 says "not in this memory".
const FIRST_ADDRESS = 64;
const ALIGNMENT = 16;
const FLOAT = 4;

/**
 * Programs of one memory share its scratch, as they never run at the same time. Null where an operator or a type is none of the host's, or
 * the values do not fit.
 * @param sizes of the symbolic dimensions
 */
export function compileForHost(
  graph: Graph,
  { sizes, memory }: { readonly sizes: Readonly<Record<string, number>>; readonly memory: HostMemory },
): HostProgram | null {
  const values = liveValues(graph.outputs.values());
  if (values.some(({ dtype }) => dtype !== 'float32')) return null;
  const dimsOf = (value: Value): number[] =>
    value.shape.map((dimension) =>
      factorsOf(dimension).reduce<number>(
        (product, factor) => product * (typeof factor === 'number' ? factor : (sizes[factor] ?? Number.NaN)),
        1,
      ),
    );
  let end = FIRST_ADDRESS;
  const reserve = (size: number): Float32Array => {
    const address = end;
    end += Math.ceil((size * FLOAT) / ALIGNMENT) * ALIGNMENT;
    if (!(end <= memory.scratchBytes)) throw new RangeError('the scratch is too small');
    return new Float32Array(memory.buffer, address, size);
  };

  const arrays: Float32Array[] = [];
  const placed: Placed[] = [];
  try {
    for (const value of values) {
      const { origin, id } = value;
      if (origin.kind === 'constant') {
        if (!(origin.tensor.data instanceof Float32Array)) return null;
        arrays[id] = origin.tensor.data;
      } else if (origin.kind === 'node') {
        const { node } = origin;
        const inputs = node.inputs.map((input) => input.id);
        const output = dimsOf(value);
        const built = build(node, { inputs: node.inputs.map(dimsOf), output, memory, reserve });
        if (built === null) return null;
        const isAlias = built === 'alias';
        const out = isAlias ? undefined : reserve(sizeOf(output));
        placed.push({ value: id, inputs, step: isAlias ? undefined : built, out });
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const fed = graph.inputs.filter(({ value }) => values.includes(value));
  const outputs = [...graph.outputs].map(([name, value]) => ({ name, id: value.id, dims: dimsOf(value) }));

  return {
    run: (feeds) => {
      for (const { name, value } of fed) {
        const data = feeds[name]?.data;
        if (!(data instanceof Float32Array)) throw new Error(`internal: the host was not fed ${name}`);
        arrays[value.id] = data;
      }
      for (const { value, inputs, step, out } of placed) {
        const from = inputs.map((input) => arrays[input] ?? EMPTY);
        if (step && out) step(from, out);
        arrays[value] = out ?? from[0] ?? EMPTY;
      }
      return Object.fromEntries(
        outputs.map(({ name, id, dims }): [string, Tensor] => [
          name,
          { dtype: 'float32', dims, data: (arrays[id] ?? EMPTY).slice() },
        ]),
      );
    },
  };
}

const EMPTY = new Float32Array(0);

function build<O extends OpType>(node: Node<O>, described: Omit<HostNode<O>, 'attributes'>): HostStep | 'alias' | null {
  const operator = HOST_OPERATORS[node.op];
  return operator ? operator({ attributes: node.attributes, ...described }) : null;
}
