import { describe, expect, test } from 'vitest';
import { parseWorkerConfig } from '../../../gpu-worker/src/config.ts';
import { retry } from '../../../gpu-worker/src/gateway-api/retry.ts';

const needed = { LEVIGATE_GATEWAY_URL: 'http://127.0.0.1:8787', LEVIGATE_WORKER_TOKEN: 't'.repeat(32) };

describe('the environment', () => {
  test('two variables are enough', () => {
    const config = parseWorkerConfig(needed);
    expect(config).toMatchObject({ device: 'auto', host: '127.0.0.1', port: 0, backbones: ['all-minilm-l6-v2'] });
    expect(config.threads).toBeGreaterThanOrEqual(1);
  });

  test('an empty variable counts as not set', () => {
    expect(parseWorkerConfig({ ...needed, LEVIGATE_DEVICE: '' }).device).toBe('auto');
  });

  test('a catalogue that is not there is named', () => {
    const missing = { ...needed, LEVIGATE_CATALOGUE: '/nowhere/catalogue.json' };
    expect(() => parseWorkerConfig(missing)).toThrow('/nowhere/catalogue.json');
    expect(parseWorkerConfig(needed).catalogue).toEqual([]);
  });

  test('every wrong variable is named', () => {
    const wrong = { ...needed, LEVIGATE_DEVICE: 'gpu', LEVIGATE_THREADS: '0', LEVIGATE_WORKER_TOKEN: 'short' };
    expect(() => parseWorkerConfig(wrong)).toThrow(/LEVIGATE_WORKER_TOKEN[^]*LEVIGATE_DEVICE[^]*LEVIGATE_THREADS/);
  });
});

describe('retry', () => {
  const options = { signal: new AbortController().signal, shouldRetry: () => true, firstDelayMs: 1, maxDelayMs: 2 };

  test('tries until it succeeds', async () => {
    let tries = 0;
    const flaky = async () => {
      if ((tries += 1) < 4) throw new Error('not yet');
      return tries;
    };
    expect(await retry(flaky, options)).toBe(4);
  });

  test('stops at an error that will not pass, at its limit, and at its signal', async () => {
    const failing = () => Promise.reject(new Error('always'));
    await expect(retry(failing, { ...options, shouldRetry: () => false })).rejects.toThrow('always');
    await expect(retry(failing, { ...options, limitMs: 5 })).rejects.toThrow('always');
    const abort = new AbortController();
    const stopping = retry(failing, { ...options, signal: abort.signal, firstDelayMs: 60_000, maxDelayMs: 60_000 });
    abort.abort(new Error('stop'));
    await expect(stopping).rejects.toThrow();
  });
});
