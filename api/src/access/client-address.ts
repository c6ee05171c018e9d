import ipaddr from "ipaddr.js";

/**
 * What stands for one client among addresses: an IPv4 address, or the /64 of an IPv6 one, of which a single client has
 * 2^64. An IPv4 address in IPv6's clothes is the IPv4 one.
 *
 * @param address as a socket or a trusted proxy gave it
 * @example "2001:db8:0:7:a::1" gives "2001:db8:0:7::/64"
 */
export function clientOf(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const ip = ipaddr.process(address.split("%")[0] ?? address);
  if (ip.kind() === "ipv4") return ip.toString();
  const network = new ipaddr.IPv6([...(ip as ipaddr.IPv6).parts.slice(0, 4), 0, 0, 0, 0]);
  return `${network.toString()}/64`;
}
