// Addresses and CIDR ranges, IPv4 and IPv6: what a list of them means, and whether it contains an address.
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** The one spelling of an address or a range, its host bits cleared (`10.1.2.3/8` is `10.0.0.0/8`).
 *  @returns undefined for what is neither; older spellings of IPv4 (`127.1`, octal figures) are not read, since proxies read them otherwise */
export function canonicalRange(text: string): string | undefined {
  const network = parseNetwork(text.trim());
  if (!network) return undefined;
  const [address, bits] = network;
  const full = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === full) return address.toString();
  const first = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${first.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`;
}

/** @param ranges as canonicalRange gives them   @param address undefined where it could not be read: in no list */
export function isInRanges(ranges: readonly string[], address: string | undefined): boolean {
  const parsed = address === undefined ? undefined : parseAddress(address);
  if (!parsed) return false;
  return ranges.some((range) => {
    const network = parseNetwork(range);
    return network !== undefined && network[0].kind() === parsed.kind() && parsed.match(network);
  });
}

function parseAddress(text: string): Address | undefined {
  if (text.includes('%')) return undefined;
  const isReadable = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  return isReadable ? ipaddr.process(text) : undefined;
}

function parseNetwork(text: string): Network | undefined {
  const [host = '', bits, ...rest] = text.split('/');
  const address = parseAddress(host);
  if (!address || rest.length > 0) return undefined;
  if (bits === undefined) return [address, address.kind() === 'ipv4' ? 32 : 128];
  if (!/^\d{1,3}$/.test(bits)) return undefined;
  // IPv6 that only carries IPv4 is compared as IPv4: its range is counted from the 96th bit.
  const isMapped = host.includes(':') && address.kind() === 'ipv4';
  const length = Number(bits) - (isMapped ? 96 : 0);
  return length >= 0 && length <= (address.kind() === 'ipv4' ? 32 : 128) ? [address, length] : undefined;
}
