import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTinyVit, tinyVitConfig, tinyVitPreprocessor } from './tiny-vit.ts';

/** The tiny vision transformer as an operator's folder, and the catalogue that names it. @returns the catalogue's path */
export async function writeTinyVit(folder: string): Promise<string> {
  await mkdir(join(folder, 'tiny-vit', 'onnx'), { recursive: true });
  await writeFile(join(folder, 'tiny-vit', 'onnx', 'model.onnx'), createTinyVit());
  await writeFile(join(folder, 'tiny-vit', 'config.json'), JSON.stringify(tinyVitConfig));
  await writeFile(join(folder, 'tiny-vit', 'preprocessor_config.json'), JSON.stringify(tinyVitPreprocessor));
  const catalogue = join(folder, 'catalogue.json');
  const entry = { name: 'tiny-vit', modality: 'image', taps: 3, folder: 'tiny-vit' };
  await writeFile(catalogue, JSON.stringify({ backbones: [entry] }));
  return catalogue;
}
