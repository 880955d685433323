/**
 * Loaded into every process of the server that is profiled (`node --import`): the first SIGUSR2 starts its CPU profile, the second writes it
 * into the folder of LEVIGATE_PROFILE_FOLDER. `--cpu-prof` writes at an orderly end alone, which the device process never has.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { basename, join } from 'node:path';

const INTERVAL_US = 250;

const folder = process.env['LEVIGATE_PROFILE_FOLDER'];
if (folder !== undefined) recordInto(folder);

function recordInto(into: string): void {
  const session = new Session();
  session.connect();
  let isRecording = false;
  process.on('SIGUSR2', () => {
    if (!isRecording) {
      isRecording = true;
      session.post('Profiler.enable');
      session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
      session.post('Profiler.start');
      return;
    }
    isRecording = false;
    session.post('Profiler.stop', (error, { profile }) => {
      if (error) throw error;
      const path = join(into, `${basename(process.argv[1] ?? 'node')}-${process.pid}.cpuprofile`);
      writeFileSync(`${path}.part`, JSON.stringify(profile));
      renameSync(`${path}.part`, path);
    });
  });
}
