import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createZip } from '../../tests/support/zip-file.ts';
import { ASSETS } from '../texts.ts';
import type { Study, StudyFile } from './study.ts';

const FOLDER = join(ASSETS, 'data/pacs-subset');
const WEIGHTS = join(ASSETS, 'weights/mobilenet-v2-035-224-imagenet');

interface Picture {
  readonly file: string;
  readonly domain: string;
  readonly label: string;
}

/** PACS, each of its four domains held out: trained on photographs, paintings and cartoons, asked about sketches, and so on. */
export function pacsStudies(): readonly Study[] {
  if (!existsSync(join(FOLDER, 'index.csv')) || !existsSync(WEIGHTS)) return [];
  const [, ...lines] = readFileSync(join(FOLDER, 'index.csv'), 'utf8').trim().split(/\r?\n/);
  const pictures = lines.map((line): Picture => {
    const [file = '', domain = '', label = ''] = line.split(',');
    return { file, domain, label };
  });
  const domains = [...new Set(pictures.map(({ domain }) => domain))];
  return domains.map((heldOut): Study => ({
    name: `PACS to ${heldOut}`,
    model: 'mobilenet-v2',
    train: toImageFolder(pictures.filter(({ domain }) => domain !== heldOut)),
    shifts: [{ name: heldOut, file: toImageFolder(pictures.filter(({ domain }) => domain === heldOut)) }],
    env: { LEVIGATE_BACKBONE_DIR: WEIGHTS },
  }));
}

/** A zip as Hugging Face's `imagefolder` reads it: the folder is the label. */
function toImageFolder(pictures: readonly Picture[]): StudyFile {
  const entries = pictures.map(({ file, domain, label }) => [
    `${label}/${domain}-${basename(file)}`,
    readFileSync(join(FOLDER, file)),
  ]);
  return { filename: 'images.zip', content: new Uint8Array(createZip(Object.fromEntries(entries))) };
}
