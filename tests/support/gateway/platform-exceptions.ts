/**
 * API tests that one platform does not run, by file (below tests/api) and name, each with its reason. All others run
 * on both; scripts/compare-platforms.ts fails when the reports of a run say otherwise.
 */
export const NODE_ONLY: Readonly<Record<string, string>> = {
  'predict/routing.test.ts > X-Scale-Up-Timeout > a client that goes away is not waited for':
    "wrangler's development proxy does not tell its Worker that a client has gone before the answer began; the wait then ends by its own time",
  'predict/create.test.ts > a client that goes away takes its request to the worker along':
    "wrangler's development proxy does not tell its Worker that a client has gone before the answer began; that one has gone from a stream is told, and tested",
  'files/create.test.ts > 413: a file above the limit is refused while it arrives':
    "wrangler's development proxy breaks off a body that its Worker has stopped reading, and with it the answer; R2's own bound is in tests/contract",
  'files/connection.test.ts > 400: a wrong part is answered although the body is still coming':
    "wrangler's development proxy answers 500 by itself when its Worker stops reading a body that is still coming",
};
