import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { gatewayUrl } from './gateway-url.ts';

const one = (address: string, more: Partial<NetworkInterfaceInfo> = {}): NetworkInterfaceInfo =>
  ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4', internal: false, netmask: '', mac: '', cidr: null, ...more }) as NetworkInterfaceInfo;
const machine = { lo: [one('127.0.0.1', { internal: true }), one('::1', { internal: true })], eth0: [one('fe80::1', { scopeid: 2 }), one('2001:db8::5'), one('192.0.2.7')] };

it.each([
  ['127.0.0.1', 'http://127.0.0.1:8080'],
  ['localhost', 'http://localhost:8080'],
  ['192.0.2.9', 'http://192.0.2.9:8080'],
  ['studio.example.org', 'http://studio.example.org:8080'],
  ['::1', 'http://[::1]:8080'],
  ['0.0.0.0', 'http://192.0.2.7:8080'],
  ['::', 'http://192.0.2.7:8080'],
  ['0:0:0:0:0:0:0:0', 'http://192.0.2.7:8080'],
])('a gateway that listens on %s is reached at %s', (host, url) => {
  expect(gatewayUrl(host, 8080, machine, 'box')).toBe(url);
});

it('has an address on machines of IPv6 only, and without a network', () => {
  const { lo, eth0 } = machine;
  expect(gatewayUrl('::', 8080, { lo, eth0: eth0.slice(0, 2) }, 'box')).toBe('http://[2001:db8::5]:8080');
  expect(gatewayUrl('0.0.0.0', 8080, { lo, eth0: eth0.slice(0, 2) }, 'box')).toBe('http://box:8080');
  expect(gatewayUrl('::', 8080, { lo }, 'box')).toBe('http://box:8080');
});
