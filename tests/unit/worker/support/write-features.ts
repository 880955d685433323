import { openFeatureDisk } from '../../../../gpu-worker/src/features/disk/feature-disk.ts';
import { featureKey } from '../../../../gpu-worker/src/features/feature-key.ts';

/** Writes rows without end, a character to standard output for each hundred, until it is killed. */
const [folder = '', first = '0'] = process.argv.slice(2);
const disk = await openFeatureDisk({ folder, maxBytes: 1_000_000_000 });
for (let id = Number(first); ; id++) {
  const key = featureKey({
    cacheSalt: 'salt',
    backboneFingerprint: 'f',
    maxLength: 256,
    content: Int32Array.of(id),
  });
  disk.write(
    key,
    Uint16Array.from({ length: 2_688 }, (_, index) => (id * 31 + index) % 65_536),
  );
  if (id % 100 === 99) {
    process.stdout.write('.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
