import { liveValues } from '../graph/live-values.ts';
import type { OpType } from '../graph/operators.ts';
import type { Graph, Node, Value } from '../graph/types.ts';
import { factorsOf } from '../shape/dimension.ts';
import { sizeOf } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { HOST_OPERATORS, readsBytes } from './host-operators.ts';
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
  /** Their addresses in this run. */
  readonly from: number[];
  /** Undefined: the input itself. */
  readonly step: HostStep | undefined;
  readonly out: number;
}

interface Fed {
  readonly name: string;
  readonly value: Value;
  /** Where it is put if it lies elsewhere. */
  readonly copy: number;
}

// The scratch's first bytes are nobody's.
const FIRST_ADDRESS = 64;
const ALIGNMENT = 16;
const FLOAT = 4;

/**
 * Programs of one memory share its scratch, as they never run at the same time. Null where an operator or a type is none of the host's, or
 * the values do not fit. An input of int8 may only be multiplied by, cast to float32: it is then read as the bytes it is.
 * @param sizes of the symbolic dimensions
 */
export function compileForHost(
  graph: Graph,
  { sizes, memory }: { readonly sizes: Readonly<Record<string, number>>; readonly memory: HostMemory },
): HostProgram | null {
  const values = liveValues(graph.outputs.values());
  const dimsOf = (value: Value): number[] =>
    value.shape.map((dimension) =>
      factorsOf(dimension).reduce<number>(
        (product, factor) => product * (typeof factor === 'number' ? factor : (sizes[factor] ?? Number.NaN)),
        1,
      ),
    );
  const scratch = createScratch(memory);
  // By value: where it lies, and whether it does so as bytes.
  const addresses: number[] = [];
  const areBytes: boolean[] = [];
  const placed: Placed[] = [];
  const fed: Fed[] = [];
  // Written anew in every run: other programs use the same scratch.
  const constants: { readonly address: number; readonly tensor: Tensor }[] = [];
  try {
    for (const { name, value } of graph.inputs.filter((input) => values.includes(input.value))) {
      const width = value.dtype === 'int8' ? 1 : FLOAT;
      fed.push({ name, value, copy: scratch.reserve(width * sizeOf(dimsOf(value))) });
    }
    for (const value of values) {
      const { origin, id, dtype } = value;
      areBytes[id] = dtype === 'int8' && origin.kind === 'input';
      if (dtype !== 'float32' && !areBytes[id]) return null;
      if (origin.kind === 'constant') {
        const address = scratch.reserve(FLOAT * origin.tensor.data.length);
        constants.push({ address, tensor: origin.tensor });
        addresses[id] = address;
      } else if (origin.kind === 'node') {
        const { node } = origin;
        const inputs = node.inputs.map((input) => input.id);
        const output = dimsOf(value);
        const bytes = inputs.map((input) => areBytes[input] ?? false);
        if (bytes.some((isByte, index) => isByte && !readsBytes(node.op, index))) return null;
        const built = build(node, { inputs: node.inputs.map(dimsOf), areBytes: bytes, output, memory });
        if (built === null) return null;
        const isAlias = built === 'alias';
        areBytes[id] = isAlias && bytes[0] === true;
        placed.push({
          value: id,
          inputs,
          from: inputs.map(() => 0),
          step: isAlias ? undefined : built,
          out: isAlias ? 0 : scratch.reserve(FLOAT * sizeOf(output)),
        });
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const outputs = [...graph.outputs].map(([name, value]) => {
    const dims = dimsOf(value);
    return { name, id: value.id, dims, size: sizeOf(dims) };
  });

  return {
    run: (feeds) => {
      for (const { address, tensor } of constants) write(memory, address, tensor);
      for (const { name, value, copy } of fed) {
        const given = feeds[name];
        if (given?.dtype !== value.dtype) throw new Error(`internal: the host was not fed ${name}`);
        const isThere = given.data.buffer === memory.buffer;
        if (!isThere) write(memory, copy, given);
        addresses[value.id] = isThere ? given.data.byteOffset : copy;
      }
      for (const { value, inputs, from, step, out } of placed) {
        for (let index = 0; index < inputs.length; index++) from[index] = addresses[inputs[index] ?? 0] ?? 0;
        if (step) step(from, out);
        addresses[value] = step ? out : (from[0] ?? 0);
      }
      const answers: Record<string, Tensor> = {};
      for (const { name, id, dims, size } of outputs) {
        const start = (addresses[id] ?? 0) / FLOAT;
        answers[name] = { dtype: 'float32', dims, data: memory.floats.slice(start, start + size) };
      }
      return answers;
    },
  };
}

interface Scratch {
  /** @throws RangeError where it is too small */
  reserve(bytes: number): number;
}

function createScratch({ scratchBytes }: HostMemory): Scratch {
  let end = FIRST_ADDRESS;
  return {
    reserve: (bytes) => {
      const address = end;
      end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
      if (!(end <= scratchBytes)) throw new RangeError('the scratch is too small');
      return address;
    },
  };
}

function write({ buffer, floats }: HostMemory, address: number, { data }: Tensor): void {
  if (data instanceof Float32Array) floats.set(data, address / FLOAT);
  else
    new Uint8Array(buffer, address, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function build<O extends OpType>(node: Node<O>, described: Omit<HostNode<O>, 'attributes'>): HostStep | 'alias' | null {
  const operator = HOST_OPERATORS[node.op];
  return operator ? operator({ attributes: node.attributes, ...described }) : null;
}
