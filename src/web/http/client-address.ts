// Where a request comes from: the socket's address, or what a proxy that we were told to trust says in X-Forwarded-For.
import ipaddr from 'ipaddr.js';

const mostSeen = 1000;

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @param trusted addresses and CIDR ranges   @throws Error that names what cannot be read */
export function createClientAddress(trusted: readonly string[]) {
  const networks = trusted.map(parseNetwork);

  function isTrusted(address: string): boolean {
    const parsed = parseAddress(address);
    return (
      parsed !== undefined && networks.some((network) => parsed.kind() === network[0].kind() && parsed.match(network))
    );
  }

  /** Most requests come from addresses that were seen a moment ago: reading one takes longer than all else here. */
  const seen = new Map<string, string>();

  function remember(text: string): string | undefined {
    const known = seen.get(text);
    if (known !== undefined) return known;
    if (seen.size >= mostSeen) seen.clear();
    const address = parseAddress(text)?.toString();
    if (address !== undefined) seen.set(text, address);
    return address;
  }

  /** Walks from our own side outwards and stops at the first address we do not vouch for.
   *  @returns the address in its shortest form; undefined when it cannot be read, which rules that need one treat as a refusal */
  return function clientAddress(
    socketAddress: string | undefined,
    forwardedFor: string | undefined,
  ): string | undefined {
    const hops = [
      ...(forwardedFor ?? '')
        .split(',')
        .map((hop) => hop.trim())
        .filter(Boolean),
      socketAddress ?? '',
    ];
    let nearest = hops.pop() ?? '';
    while (hops.length > 0 && isTrusted(nearest)) nearest = hops.pop() ?? '';
    return remember(nearest);
  };
}
export type ClientAddress = ReturnType<typeof createClientAddress>;

/** Four decimal parts, or IPv6: the older spellings (`1`, `127.1`, octal figures) mean one address to us and another to a proxy. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const isReadable = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  return isReadable ? ipaddr.process(text) : undefined;
}

function parseNetwork(text: string): Network {
  if (ipaddr.isValidCIDR(text)) return unmapped(ipaddr.parseCIDR(text));
  const address = parseAddress(text);
  if (!address) throw new Error(`TRUSTED_PROXIES: "${text}" is neither an address nor a CIDR range`);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Addresses are compared as IPv4 where IPv6 only carries one, so a range of such is too. */
function unmapped([address, bits]: Network): Network {
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [address.toIPv4Address(), bits - 96] : [address, bits];
}
