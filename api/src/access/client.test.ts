import { clientOf } from "./client-address.ts";
import { parseOrigins } from "./origins.ts";

describe("a client's address", () => {
  const cases: [string, string][] = [
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:0:7:a::1", "2001:db8:0:7::/64"],
    ["2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:7::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    ["::1", "::/64"],
    ["<script>", "unknown"],
    ["", "unknown"],
  ];
  it.each(cases)("%s is %s", (address, client) => expect(clientOf(address)).toBe(client));
});

describe("the sites that may ask", () => {
  it("are those listed, each with its domain, by TLS alone where all are", () => {
    const origins = parseOrigins(" https://app.example.org , https://b.example:8443", () => 4_000);
    expect(origins.domains()).toEqual(["app.example.org", "b.example:8443"]);
    expect(["https://app.example.org", "http://app.example.org", "null"].map((one) => origins.isAllowed(one))).toEqual([
      true,
      false,
      false,
    ]);
    expect(["APP.example.org", "b.example"].map((one) => origins.isSignInDomain(one))).toEqual([true, false]);
    expect(origins.isSecure).toBe(true);
  });

  it("are this machine's browser at the server's own port where none is listed", () => {
    const origins = parseOrigins("", () => 4_000);
    expect(origins.domains()).toEqual(["localhost:4000", "127.0.0.1:4000"]);
    expect([origins.isAllowed("http://localhost:4000"), origins.isSecure]).toEqual([true, false]);
  });
});
