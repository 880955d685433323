import { expect, test } from 'vitest';
import { containerUrl, createContainers } from '../../../../src/platform/cloudflare/containers.ts';
import { createFetchTransport } from '../../../../src/platform/cloudflare/worker-transport.ts';
import { startScriptedPeer } from '../../../support/scripted-peer.ts';

/** Counts who is woken and asked, by name. */
function fakeNamespace({ isFull = false } = {}) {
  const woken: string[] = [];
  const asked: string[] = [];
  return {
    woken,
    asked,
    getByName: (name: string) => ({
      wake: async (given: string) => {
        if (isFull) throw new Error('there is no instance available');
        woken.push(given);
      },
      fetch: async (request: Request) => {
        asked.push(`${name} ${request.method} ${new URL(request.url).pathname}`);
        return Response.json({ token: request.headers.get('authorization') });
      },
    }),
  };
}

const call = (url: string) => ({ url, accessToken: 'secret', body: '{}', timeoutMs: 5_000, requestId: 'req_1' });

test('a key wakes one container, the same one every time, and keys spread over all', async () => {
  const namespace = fakeNamespace();
  const containers = createContainers(namespace, 4);
  const keys = Array.from({ length: 200 }, (_, index) => `ftjob-${index}`);
  for (const key of [...keys, ...keys]) await containers.wake(key);
  expect(namespace.woken.slice(0, 200)).toEqual(namespace.woken.slice(200));
  const counts = Map.groupBy(namespace.woken, (name) => name);
  expect(new Set(counts.keys())).toEqual(new Set(['container-0', 'container-1', 'container-2', 'container-3']));
  for (const names of counts.values()) expect(names.length).toBeGreaterThan(40);
});

test('with one container more, its own share of the keys moves and no other', async () => {
  const [four, five] = [fakeNamespace(), fakeNamespace()];
  for (let index = 0; index < 200; index += 1) {
    await createContainers(four, 4).wake(`key-${index}`);
    await createContainers(five, 5).wake(`key-${index}`);
  }
  const moved = four.woken.filter((name, index) => name !== five.woken[index]);
  expect(moved.length).toBe(five.woken.filter((name) => name === 'container-4').length);
  expect(moved.length).toBeGreaterThan(0);
});

test('none to wake, and none that is free, is no error', async () => {
  const none = fakeNamespace();
  await createContainers(none, 0).wake('key');
  expect(none.woken).toEqual([]);
  await createContainers(fakeNamespace({ isFull: true }), 1).wake('key');
});

test('a worker that registered from a container is asked through the binding, any other over the network', async () => {
  await using peer = await startScriptedPeer();
  const namespace = fakeNamespace();
  const containers = createContainers(namespace, 2);
  const transport = createFetchTransport((request) => containers.fetch(request));
  const answer = await transport.post(call(new URL('predict', containerUrl('container-1')).href));
  expect(answer).toMatchObject({ status: 200, body: '{"token":"Bearer secret"}' });
  expect(namespace.asked).toEqual(['container-1 POST /predict']);
  expect(await transport.post(call(`${peer.url}/tell/200`))).toMatchObject({ status: 200 });
  expect(namespace.asked).toHaveLength(1);
});
