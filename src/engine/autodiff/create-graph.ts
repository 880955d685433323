import { GraphError } from '../graph-error.ts';
import type { Attributes, OpType } from '../graph/operators.ts';
import type { Graph, Inputs, NamedValue, Origin, Value, ValueType } from '../graph/types.ts';
import { rules } from '../rules/rules.ts';
import { factorsOf, isSymbolName, productOf } from '../shape/dimension.ts';
import type { Dimension, Shape } from '../shape/dimension.ts';
import { tensor } from '../tensor.ts';
import type { DType, Tensor, TensorData } from '../tensor.ts';

/** An empty graph. */
export function createGraph(): Graph {
  return new GrowingGraph();
}

class GrowingGraph implements Graph {
  readonly #values: Value[] = [];
  readonly #inputs: NamedValue[] = [];
  readonly #outputs = new Map<string, Value>();
  readonly #names = new Set<string>();
  readonly #scalars = new Map<string, Value>();
  readonly #expressions = new Map<string, Value>();

  get values(): readonly Value[] {
    return this.#values;
  }

  get inputs(): readonly NamedValue[] {
    return this.#inputs;
  }

  get outputs(): ReadonlyMap<string, Value> {
    return this.#outputs;
  }

  input(name: string, dtype: DType, shape: Shape): Value {
    return this.#declare(name, { dtype, shape }, 'input');
  }

  parameter(name: string, dims: readonly number[]): Value {
    return this.#declare(name, { dtype: 'float32', shape: dims }, 'parameter');
  }

  constant(tensor: Tensor): Value {
    return this.#append({ dtype: tensor.dtype, shape: tensor.dims }, { kind: 'constant', tensor });
  }

  scalar(value: number, dtype: DType = 'float32'): Value {
    const key = `${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    const known = this.#scalars.get(key);
    if (known !== undefined) return known;
    const made = this.constant(tensor(scalarData(value, dtype), []));
    this.#scalars.set(key, made);
    return made;
  }

  output(name: string, value: Value): void {
    this.#claimName(name);
    this.#claimValue(value, name);
    this.#outputs.set(name, value);
  }

  apply<O extends OpType>(op: O, inputs: Inputs<O>, attributes: Attributes<O>): Value {
    for (const input of inputs) this.#claimValue(input, op);
    const key = `${op} ${inputs.map(({ id }) => id).join(' ')} ${JSON.stringify(attributes)}`;
    const known = this.#expressions.get(key);
    if (known !== undefined) return known;
    const made = this.#append(inferType(op, inputs, attributes), { kind: 'node', node: { op, inputs, attributes } });
    this.#expressions.set(key, made);
    return made;
  }

  #declare(name: string, type: ValueType, kind: 'input' | 'parameter'): Value {
    this.#claimName(name);
    checkShape(name, type.shape);
    const value = this.#append(type, { kind, name });
    this.#inputs.push({ name, value });
    return value;
  }

  #append({ dtype, shape }: ValueType, origin: Origin): Value {
    const value: Value = { id: this.#values.length, graph: this, dtype, shape, origin };
    this.#values.push(value);
    return value;
  }

  #claimName(name: string): void {
    // Names beginning with % are those of unnamed values in the lowered graph.
    if (name === '' || name.startsWith('%')) throw new GraphError(`'${name}' cannot be a name`);
    if (this.#names.has(name)) throw new GraphError(`the graph already has an input, parameter or output '${name}'`);
    this.#names.add(name);
  }

  #claimValue(value: Value, user: string): void {
    if (value.graph !== this) throw new GraphError(`${user} was given a value of another graph`);
  }
}

function inferType<O extends OpType>(op: O, inputs: Inputs<O>, attributes: Attributes<O>): ValueType {
  try {
    return rules[op].infer(inputs, attributes);
  } catch (error) {
    if (error instanceof GraphError) throw new GraphError(`${op}: ${error.message}`);
    throw error;
  }
}

function checkShape(name: string, shape: Shape): void {
  for (const dimension of shape) {
    const isSize = typeof dimension === 'number' && Number.isSafeInteger(dimension) && dimension >= 0;
    if (!isSize && !isSymbolic(dimension)) throw new GraphError(`'${name}' cannot have the dimension '${dimension}'`);
  }
}

function isSymbolic(dimension: Dimension): boolean {
  const symbols = factorsOf(dimension).filter((factor) => typeof factor === 'string');
  return symbols.length > 0 && symbols.every(isSymbolName) && productOf([dimension]) === dimension;
}

function scalarData(value: number, dtype: DType): TensorData {
  if (dtype === 'float32') return Float32Array.of(value);
  if (dtype === 'int32') return Int32Array.of(value);
  if (dtype === 'int64') return BigInt64Array.of(BigInt(value));
  if (dtype === 'int8') return Int8Array.of(value);
  return Uint8Array.of(value === 0 ? 0 : 1);
}
