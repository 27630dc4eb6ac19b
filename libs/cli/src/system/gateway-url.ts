import { BlockList, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

const everywhere = new BlockList();
everywhere.addAddress('0.0.0.0', 'ipv4');
everywhere.addAddress('::', 'ipv6');

/** Where people reach a gateway that listens on `host`: for all addresses, the machine's first that others can reach, else its name. */
export function gatewayUrl(host: string, port: number, interfaces = networkInterfaces(), name = hostname()): string {
  const reached = everywhere.check(host, isIPv6(host) ? 'ipv6' : 'ipv4') ? (outerAddress(interfaces, isIPv6(host)) ?? name) : host;
  return `http://${isIPv6(reached) ? `[${reached}]` : reached}:${port}`;
}

/** `::` hears IPv4 as well; addresses of one link only (fe80::) are of no use in a browser. */
function outerAddress(interfaces: ReturnType<typeof networkInterfaces>, v6: boolean): string | undefined {
  const outer = Object.values(interfaces).flatMap((list) => list ?? []).filter(({ internal }) => !internal);
  const first = (family: string): string | undefined => outer.find((one) => one.family === family && !/^fe[89ab]/i.test(one.address))?.address;
  return first('IPv4') ?? (v6 ? first('IPv6') : undefined);
}
