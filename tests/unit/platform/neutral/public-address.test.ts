import { expect, test } from 'vitest';
import { assertWebhookUrl, isPublicAddress } from '../../../../src/platform/neutral/public-address.ts';

test.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '100.100.100.200',
  '168.63.129.16',
  '203.0.113.9',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '100::1',
  '2001:db8::1',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fec0::1',
  'fd00:ec2::254',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'not an address',
  '',
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  'https://example.com/hook',
  'https://example.com:8443',
  'https://8.8.8.8/',
  'https://[2606:4700:4700::1111]/',
])('lets %s pass', (url) => {
  expect(() => assertWebhookUrl(url, { allowPrivate: false })).not.toThrow();
});

test.each([
  'http://example.com/hook',
  'https://localhost/hook',
  'https://LOCALHOST./',
  'https://api.localhost/',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://router.home.arpa/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://0/',
  'https://10.1.2.3./',
  'https://①②⑦.0.0.1/',
  'https://168.63.129.16/',
  'https://169.254.169.254/latest/meta-data',
  'https://[::]/',
  'https://[::1]/',
  'https://[64:ff9b::a9fe:a9fe]/',
  'https://[::ffff:10.0.0.1]/',
])('refuses %s outside development', (url) => {
  expect(() => assertWebhookUrl(url, { allowPrivate: false })).toThrow(
    expect.objectContaining({ code: 'invalid_webhook_url' }),
  );
  expect(() => assertWebhookUrl(url, { allowPrivate: true })).not.toThrow();
});

test.each(['ftp://example.com/', 'file:///etc/passwd', 'https://user:pw@example.com/', 'nonsense'])(
  'refuses %s always',
  (url) => {
    expect(() => assertWebhookUrl(url, { allowPrivate: true })).toThrow(
      expect.objectContaining({ code: 'invalid_webhook_url' }),
    );
  },
);
