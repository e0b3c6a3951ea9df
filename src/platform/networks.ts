// Which network an address stands for, where something is counted by where it comes from.
import ipaddr from 'ipaddr.js';

/** An IPv6 customer holds a whole /64. The short form of an address leaves groups out, so it is read before it is cut. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const groups = ipaddr.IPv6.parse(address).parts.slice(0, 4);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
