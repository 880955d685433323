/**
 * Jensen-Shannon divergence of the views' answers, in bits, per row: the entropy of their mean minus the mean of their
 * entropies. 0 when all views agree; at most log2 of their number. `views`: `[views, rows, classes]`, probabilities.
 */
export function viewDisagreement(
  views: Float32Array,
  size: { readonly views: number; readonly rows: number; readonly classes: number },
): Float32Array {
  return Float32Array.from({ length: size.rows }, (_, row) => {
    let mixed = 0;
    let own = 0;
    for (let index = 0; index < size.classes; index++) {
      let total = 0;
      for (let view = 0; view < size.views; view++) {
        const p = views[(view * size.rows + row) * size.classes + index] ?? 0;
        total += p;
        own += surprise(p);
      }
      mixed += surprise(total / size.views);
    }
    return Math.max(0, mixed - own / size.views);
  });
}

function surprise(p: number): number {
  return p <= 0 ? 0 : -p * Math.log2(p);
}
