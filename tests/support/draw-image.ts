export type Colour = readonly [red: number, green: number, blue: number];

/** Pixels by a function of column and row. */
export function drawPixels(width: number, height: number, colourAt: (x: number, y: number) => Colour): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) data.set(colourAt(at % width, Math.floor(at / width)), at * 3);
  return data;
}
