import ipaddr from 'ipaddr.js';
import { LevigateError } from '../../contract/index.ts';

/**
 * Whether an IP address is one of the public internet. Everything else (private, loopback, link-local with the clouds'
 * metadata services, carrier-grade NAT, multicast, reserved) could reach what only we can reach.
 * IPv4 inside IPv6 (mapped, 6to4, NAT64, Teredo) is judged as IPv4 or refused.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}

/**
 * What can be told of a webhook's URL without resolving its name.
 * @throws `invalid_webhook_url` for another scheme, credentials, or an address that is literally private
 */
export function assertWebhookUrl(text: string, options: { readonly allowPrivate: boolean }): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw refused(`"${text}" is no URL`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refused(`the scheme ${url.protocol} is not https or http`);
  if (url.username !== '' || url.password !== '')
    throw refused('the URL holds credentials: verify our signature instead');
  if (options.allowPrivate) return;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const isPrivateName = /(^|\.)(localhost|local|internal|home\.arpa)$/i.test(host);
  if (isPrivateName || (ipaddr.isValid(host) && !isPublicAddress(host))) {
    throw refused(`${url.hostname} is not a public address; for development set LEVIGATE_ALLOW_PRIVATE_WEBHOOKS=1`);
  }
}

const refused = (reason: string) =>
  new LevigateError('invalid_webhook_url', `a webhook cannot go there: ${reason}`, { param: 'url' });
