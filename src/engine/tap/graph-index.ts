import type { OnnxGraph, OnnxNode } from '../onnx/types.ts';

/** A node as the analysis sees it: what it reads (subgraphs included) and what it makes. */
export interface IndexedNode {
  readonly opType: string;
  readonly reads: readonly string[];
  readonly makes: readonly string[];
  /** The node of the file; two entries share one where a fused node is seen as its two halves. */
  readonly node: OnnxNode;
}

export interface GraphIndex {
  /** In an order where every value is made before it is read. */
  readonly nodes: readonly IndexedNode[];
  readonly producerOf: ReadonlyMap<string, IndexedNode>;
  readonly initializers: ReadonlySet<string>;
}

const fusedResidualOperators = new Set(['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']);

/** Sorts the nodes (converters to fp16 leave casts out of order) and indexes who makes what. */
export function indexGraph(graph: OnnxGraph): GraphIndex {
  const nodes = sortTopologically(graph.nodes.flatMap(seeNode));
  const producerOf = new Map(nodes.flatMap((node) => node.makes.map((name) => [name, node] as const)));
  return { nodes, producerOf, initializers: new Set(graph.initializers.map((tensor) => tensor.name)) };
}

/** Every outer value a node needs: its inputs and what its subgraphs capture. */
function readsOf(node: OnnxNode): readonly string[] {
  const captured = node.attributes.flatMap((attribute) =>
    [attribute.graph, ...attribute.graphs].flatMap((graph) => (graph === undefined ? [] : capturesOf(graph))),
  );
  return [...node.inputs, ...captured].filter((name) => name !== '');
}

function capturesOf(graph: OnnxGraph): readonly string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const used = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(({ name }) => name)];
  return used.filter((name) => !own.has(name));
}

// A fused "add, then normalise" that also gives out the sum would hide the residual stream between its two halves.
function seeNode(node: OnnxNode): readonly IndexedNode[] {
  const reads = readsOf(node);
  const makes = node.outputs.filter((name) => name !== '');
  const sum = node.outputs[3] ?? '';
  const normalised = node.outputs[0] ?? '';
  if (!fusedResidualOperators.has(node.opType) || sum === '' || normalised === '') {
    return [{ opType: node.opType, reads, makes, node }];
  }
  return [
    { opType: 'Add', reads, makes: [sum], node },
    { opType: 'LayerNormalization', reads: [sum], makes: [normalised], node },
  ];
}

function sortTopologically(nodes: readonly IndexedNode[]): readonly IndexedNode[] {
  const producerOf = new Map(nodes.flatMap((node) => node.makes.map((name) => [name, node] as const)));
  const state = new Map<IndexedNode, 'open' | 'done'>();
  const sorted: IndexedNode[] = [];
  for (const root of nodes) visit(root);
  return sorted;

  // With a stack of its own: graphs of thousands of nodes in a row would overflow the call stack.
  function visit(root: IndexedNode): void {
    const stack: IndexedNode[] = [root];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (state.get(node) === undefined) {
        state.set(node, 'open');
        const waiting = node.reads.flatMap((name) => producerOf.get(name) ?? []);
        stack.push(...waiting.filter((other) => state.get(other) === undefined).toReversed());
        continue;
      }
      stack.pop();
      if (state.get(node) === 'done') continue;
      state.set(node, 'done');
      sorted.push(node);
    }
  }
}
