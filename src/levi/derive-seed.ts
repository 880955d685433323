/** A seed of its own for each use, so that training more or fewer methods changes no other one's numbers. */
export function deriveSeed(seed: number, use: string): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (let index = 0; index < use.length; index++) hash = Math.imul(hash ^ use.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
