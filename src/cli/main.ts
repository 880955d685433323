#!/usr/bin/env node
const MIN_NODE_MAJOR = 24;

// Nothing is imported before: an older Node could not read what the rest is written in.
if (Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
  console.error(
    `levigate: Node ${MIN_NODE_MAJOR} or newer is needed, this is ${process.versions.node}: use "npm run levigate", which brings its own`,
  );
  process.exitCode = 1;
} else {
  const { keepCompiledCode } = await import('../platform/node/keep-compiled-code.ts');
  // Only what is loaded after it is read from there.
  keepCompiledCode();
  const { run } = await import('./run.ts');
  await run();
}
