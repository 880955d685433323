// Run as a process of its own: prepares the tiny backbone and prints its fingerprint. Arguments: cache folder, hub.
// Tells the hub when it waits for another process, so that a test knows that both are there.
import { prepareSpec } from '../../gpu-worker/src/backbones/prepare-spec.ts';
import { tinySpec } from './tiny-backbone.ts';

const [cacheDir, hubEndpoint] = process.argv.slice(2);
const onWait = (): void => void fetch(`${hubEndpoint}/waiting`);
const prepared = await prepareSpec(tinySpec, { cacheDir, hubEndpoint, onWait });
process.stdout.write(prepared.fingerprint);
