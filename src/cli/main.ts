#!/usr/bin/env node
import { reportFailure } from './failure.ts';
import { createProgram } from './program.ts';

const MIN_NODE_MAJOR = 24;

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
    throw new Error(
      `Node ${MIN_NODE_MAJOR} or newer is needed, this is ${process.versions.node}: use "npm run levigate", which brings its own`,
    );
  }
  await createProgram().parseAsync();
}

main().catch(reportFailure);
