import sharp from 'sharp';

export type Colour = readonly [red: number, green: number, blue: number];

/** Pixels by a function of column and row. */
export function drawPixels(width: number, height: number, colourAt: (x: number, y: number) => Colour): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) data.set(colourAt(at % width, Math.floor(at / width)), at * 3);
  return data;
}

/** A PNG of one colour, a little noisy by a seed, so that no two are the same. */
export async function drawColouredPng(colour: Colour, seed: number, size = 12): Promise<Uint8Array> {
  const noise = (x: number, y: number, channel: number): number =>
    ((x * 31 + y * 17 + channel * 7 + seed * 101) % 41) - 20;
  const clamp = (value: number): number => Math.min(255, Math.max(0, value));
  const data = drawPixels(size, size, (x, y) => [
    clamp(colour[0] + noise(x, y, 0)),
    clamp(colour[1] + noise(x, y, 1)),
    clamp(colour[2] + noise(x, y, 2)),
  ]);
  return await sharp(data, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
}
