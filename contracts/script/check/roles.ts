import { parseAbi, toFunctionSelector, type AbiFunction, type Address, type Hex } from "viem";
import type { DeployedChain, Finding } from "./chain.ts";

/** The roles of the network, as in contracts/src/libraries/Roles.sol; 0 is the manager's own. */
const ROLES = { ADMIN: 0n, GUARDIAN: 1n, MINTER: 2n } as const;

/** Everything that anybody but the admin may do. */
const BINDINGS: readonly (readonly [contract: string, fn: string, role: keyof typeof ROLES])[] = [
  ["ComputeToken", "mint", "MINTER"],
  ["DataCredits", "setPaused", "GUARDIAN"],
  ["Marketplace", "setPaused", "GUARDIAN"],
  ["EpochRewards", "veto", "GUARDIAN"],
];

/** Outside of a local chain an act of the admin must be announced so long before, seconds. */
const MIN_ADMIN_DELAY = 86_400;
const LOCAL_CHAIN = 31337;

const EVENTS = parseAbi([
  "event RoleGranted(uint64 indexed roleId, address indexed account, uint32 delay, uint48 since, bool newMember)",
  "event RoleRevoked(uint64 indexed roleId, address indexed account)",
  "event RoleAdminChanged(uint64 indexed roleId, uint64 indexed admin)",
  "event RoleGuardianChanged(uint64 indexed roleId, uint64 indexed guardian)",
  "event RoleGrantDelayChanged(uint64 indexed roleId, uint32 delay, uint48 since)",
  "event TargetClosed(address indexed target, bool closed)",
  "event TargetFunctionRoleUpdated(address indexed target, bytes4 selector, uint64 indexed roleId)",
]);

/**
 * That the access manager lets just the right accounts do just the right things. All of its events since the deployment
 * are replayed, so that a holder or a binding that nobody expects shows too.
 */
export async function checkRoles(chain: DeployedChain): Promise<Finding[]> {
  const address = chain.addressOf("AccessManager");
  const fromBlock = BigInt(chain.deployed.startBlock);
  const logs = await chain.client.getLogs({ address, events: EVENTS, fromBlock, strict: true });
  const delays = new Map<string, number>();
  const bindings = new Map<string, bigint>();
  const oddities: string[] = [];
  for (const { eventName, args } of logs) {
    if (eventName === "RoleGranted") delays.set(memberKey(args.roleId, args.account), args.delay);
    else if (eventName === "RoleRevoked") delays.delete(memberKey(args.roleId, args.account));
    else if (eventName === "TargetFunctionRoleUpdated") {
      bindings.set(`${args.target.toLowerCase()} ${args.selector}`, args.roleId);
    } else oddities.push(eventName);
  }
  return [
    ...checkMembers(chain, delays),
    ...checkBindings(chain, bindings),
    {
      claim: "no role has another admin or guardian, no contract was closed",
      isGood: oddities.length === 0,
      found: [...new Set(oddities)].join(", "),
    },
    adminDelay(chain),
    ...(await checkAuthorities(chain, address)),
  ];
}

function checkMembers(chain: DeployedChain, delays: ReadonlyMap<string, number>): Finding[] {
  const { admin, adminDelay: delay, guardian } = chain.params as Record<string, unknown>;
  const expected = new Map([
    [memberKey(ROLES.ADMIN, String(admin)), Number(delay)],
    [memberKey(ROLES.GUARDIAN, String(guardian)), 0],
    [memberKey(ROLES.MINTER, chain.addressOf("EpochRewards")), 0],
  ]);
  const findings = [...expected].map(([key, seconds]) => ({
    claim: `${tell(chain, key)}, each act announced ${seconds} s before`,
    isGood: delays.get(key) === seconds,
    found: delays.has(key) ? `announced ${delays.get(key) ?? "?"} s before` : "it isn't",
  }));
  const others = [...delays.keys()].filter((key) => !expected.has(key));
  return [
    ...findings,
    {
      claim: "nobody else holds a role, the deployer neither",
      isGood: others.length === 0,
      found: others.map((key) => tell(chain, key)).join("; "),
    },
  ];
}

function checkBindings(chain: DeployedChain, bindings: ReadonlyMap<string, bigint>): Finding[] {
  const rest = new Map([...bindings].filter(([, role]) => role !== ROLES.ADMIN));
  const findings = BINDINGS.map(([contract, fn, role]) => {
    const key = `${chain.addressOf(contract).toLowerCase()} ${selectorOf(chain, contract, fn)}`;
    const bound = rest.get(key);
    rest.delete(key);
    return {
      claim: `${contract}.${fn} is the ${role}'s`,
      isGood: bound === ROLES[role],
      found: bound === undefined ? "it is the admin's" : `it is role ${bound}'s`,
    };
  });
  return [
    ...findings,
    {
      claim: "every other restricted function is the admin's",
      isGood: rest.size === 0,
      found: [...rest].map(([key, role]) => `${key} is role ${role}'s`).join("; "),
    },
  ];
}

/** A chain for others to trust needs time to see what the admin is about to do. */
function adminDelay(chain: DeployedChain): Finding {
  const delay = Number(chain.params["adminDelay"]);
  return {
    claim: `the admin's acts are announced at least ${MIN_ADMIN_DELAY} s before, or the chain is a local one`,
    isGood: delay >= MIN_ADMIN_DELAY || chain.deployed.chainId === LOCAL_CHAIN,
    found: `${delay} s`,
  };
}

async function checkAuthorities(chain: DeployedChain, manager: Address): Promise<Finding[]> {
  const managed = Object.keys(chain.deployed.contracts).filter((name) =>
    chain.artifactOf(name).abi.some((entry) => entry.type === "function" && entry.name === "authority"),
  );
  return Promise.all(
    managed.map(async (name) => {
      const authority = String(await chain.read(name, "authority"));
      return {
        claim: `${name} obeys the access manager`,
        isGood: authority === manager,
        found: `it obeys ${authority}`,
      };
    }),
  );
}

function selectorOf(chain: DeployedChain, contract: string, fn: string): Hex {
  const entry = chain
    .artifactOf(contract)
    .abi.find((item): item is AbiFunction => item.type === "function" && item.name === fn);
  if (entry === undefined) throw new Error(`BUG: ${contract} has no function ${fn}`);
  return toFunctionSelector(entry);
}

function memberKey(roleId: bigint, account: string): string {
  return `${roleId} ${account.toLowerCase()}`;
}

function tell(chain: DeployedChain, key: string): string {
  const [roleId = "", account = ""] = key.split(" ");
  const role = Object.entries(ROLES).find(([, id]) => id === BigInt(roleId))?.[0] ?? `role ${roleId}`;
  return `${chain.nameOf(account)} is ${role}`;
}
