import ipaddr from 'ipaddr.js';
import { LevigateError } from '../../contract/index.ts';

const [GLOBAL_UNICAST, GLOBAL_UNICAST_BITS] = ipaddr.IPv6.parseCIDR('2000::/3');
/** Of a public range, yet answered inside every Azure network only: its metadata and agent service. */
const AZURE_WIRE_SERVER = '168.63.129.16';

/**
 * Whether an IP address is one of the public internet. Everything else (private, loopback, link-local with the clouds'
 * metadata services, carrier-grade NAT, multicast, reserved) could reach what only we can reach.
 * IPv4 inside IPv6: mapped addresses are judged as IPv4; 6to4, NAT64 and Teredo are refused.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  // ipaddr.js calls unicast what it has no name for; beyond 2000::/3 nothing is assigned.
  if (parsed instanceof ipaddr.IPv6) return parsed.match(GLOBAL_UNICAST, GLOBAL_UNICAST_BITS);
  return parsed.toString() !== AZURE_WIRE_SERVER;
}

/**
 * What can be told of a webhook's URL without resolving its name.
 * @throws `invalid_webhook_url` for credentials, another scheme than https or an address that is literally private;
 *   with `allowPrivate` http and private addresses pass
 */
export function assertWebhookUrl(text: string, { allowPrivate }: { readonly allowPrivate: boolean }): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw refusedWebhookUrl(`"${text}" is no URL`);
  if (url.username !== '' || url.password !== '')
    throw refusedWebhookUrl('the URL holds credentials: verify our signature instead');
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    throw refusedWebhookUrl(`the scheme is ${url.protocol.slice(0, -1)}: give an https URL`);
  if (allowPrivate) return;
  const host = hostOf(url);
  const isPrivateName = /(^|\.)(localhost|local|internal|home\.arpa)$/i.test(host);
  if (isPrivateName || (ipaddr.isValid(host) && !isPublicAddress(host)))
    throw refusedWebhookUrl(`${url.hostname} is not a public address`);
}

/** Without the brackets of IPv6 and the dot of a fully qualified name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

export const refusedWebhookUrl = (reason: string): LevigateError =>
  new LevigateError(
    'invalid_webhook_url',
    `a webhook cannot go there: ${reason}. Only public https addresses are allowed; for development, start the gateway with LEVIGATE_ALLOW_PRIVATE_WEBHOOKS=1`,
    { param: 'url' },
  );
