/** A graph that cannot be: shapes that do not fit, a name used twice, values of two graphs. `message` names operator and shapes. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
