import { validateSync, type ValidationError } from "class-validator";
import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { readWalletClaim } from "../../sources/rewards.ts";
import { BaseError } from "#kernel/errors.ts";
import { badArgument } from "../connection.ts";
import type { Context } from "../context.ts";
import * as customer from "./inputs-customer.ts";
import * as operator from "./inputs-operator.ts";
import * as owner from "./inputs-owner.ts";
import type { ActionName, InputOf } from "./port.ts";
import { PreparedTransaction } from "./types.ts";

/** One query: what it takes, and how that becomes a transaction. */
interface Entry {
  input: new () => object;
  description: string;
  prepare: (input: object, context: Context) => Promise<object>;
}

function entry<Name extends ActionName, Input extends InputOf<Name>>(
  action: Name,
  input: new () => Input,
  description: string,
): Entry {
  return { input, description, prepare: (given, context) => send(action, given as Input, context) };
}

async function send<Name extends ActionName>(action: Name, input: InputOf<Name>, context: Context) {
  const indexed = await context.asOf().then(
    ({ block }) => block.number,
    () => undefined, // the database is away, or empty: the chain is there all the same
  );
  return context.chain.prepare(action, input, indexed);
}

/** The wallet's proof comes from the ledger. */
async function claim({ from, account }: owner.ClaimRewardsInput, context: Context): Promise<object> {
  const wallet = account ?? from;
  const row = await readWalletClaim(context.snapshot, wallet);
  if (!row) {
    throw new BaseError("NOTHING_TO_CLAIM", `${wallet} has earned nothing in any epoch that is final`, {
      hints: ["correct the address, or wait for the epoch to be final"],
    });
  }
  const proof = await context.claimTrees.proofOf(context.snapshot, row);
  return send("claimRewards", { from, account: wallet, cumulative: row.cumulative, proof }, context);
}

/** Every query that prepares a transaction. */
const ENTRIES: Record<string, Entry> = {
  prepareMintCredits: entry("mintCredits", customer.MintCreditsInput, "Burns BCT for DC."),
  prepareSetSpender: entry(
    "setSpender",
    customer.SetSpenderInput,
    "Lets somebody rent and reserve with the sender's DC.",
  ),
  prepareRent: entry("rent", customer.RentInput, "Rents a GPU, on demand or at the spot rate."),
  prepareTopUp: entry("topUp", customer.TopUpInput, "Adds escrow to a running rental. By anyone."),
  prepareEndRental: entry("endRental", customer.OfRentalInput, "Ends a rental; the rest of its escrow comes back."),
  prepareReserve: entry("reserve", customer.ReserveInput, "Reserves hours of a GPU, paid in full: a slot."),
  prepareSplitSlot: entry("splitSlot", customer.SplitSlotInput, "Cuts a slot into parts."),
  prepareMergeSlots: entry("mergeSlots", customer.MergeSlotsInput, "Joins a slot with its later neighbor."),
  prepareCheckIn: entry("checkIn", customer.OfSlotInput, "Starts the use of a slot, by its holder or its user."),
  prepareLendSlot: entry("lendSlot", customer.LendSlotInput, "Names who may use a slot (ERC-4907)."),
  prepareRefundSlot: entry("refundSlot", customer.OfSlotInput, "Turns a slot whose GPU is away into money."),
  prepareBuyToken: entry("buyToken", customer.BuyTokenInput, "Buys a GPU NFT or a slot that is offered."),
  prepareListToken: entry("listToken", owner.ListTokenInput, "Offers a GPU NFT or a slot at a fixed price."),
  prepareCancelListing: entry("cancelListing", customer.OfTokenInput, "Takes an offer back."),
  prepareWithdrawRoyalties: entry("withdrawRoyalties", owner.WithdrawRoyaltiesInput, "Pays the sender its royalties."),
  prepareClaimRewards: {
    input: owner.ClaimRewardsInput,
    description: "Pays a wallet the rewards of all final epochs. By anyone.",
    prepare: (given, context) => claim(given as owner.ClaimRewardsInput, context),
  },
  prepareSetGpuStatus: entry("setGpuStatus", owner.SetGpuStatusInput, "Sets a GPU's status; RETIRED by its owner."),
  prepareAnnounceExit: entry("announceExit", owner.OfGpuInput, "Says that a GPU will leave its pool. By its owner."),
  prepareCancelExit: entry("cancelExit", owner.OfGpuInput, "Takes that back."),
  prepareWithdrawGpu: entry("withdrawGpu", owner.OfGpuInput, "Takes a GPU out of its pool after the exit's delay."),
  prepareJoinPool: entry("joinPool", owner.GpuToPoolInput, "Brings a GPU that is in no pool to one. By its owner."),
  prepareRegisterOperator: entry("registerOperator", operator.RegisterOperatorInput, "Makes the sender an operator."),
  prepareSetOperatorMetadata: entry("setOperatorMetadata", operator.SetOperatorMetadataInput, "Renames an operator."),
  prepareSetPayout: entry("setPayout", operator.SetPayoutInput, "Sets where an operator's rewards go."),
  prepareAddMember: entry("addMember", operator.OfMemberInput, "Lets a member bring GPUs."),
  prepareKickMember: entry("kickMember", operator.KickMemberInput, "Ends a membership."),
  prepareCreatePool: entry("createPool", operator.CreatePoolInput, "Opens a pool."),
  prepareSetRates: entry("setRates", operator.SetRatesInput, "Changes a pool's rates for what starts later."),
  prepareSetTermDiscounts: entry(
    "setTermDiscounts",
    operator.SetTermDiscountsInput,
    "Replaces a pool's term discounts.",
  ),
  prepareSetPricer: entry("setPricer", operator.SetPricerInput, "Lets somebody set a pool's rates within bounds."),
  prepareScheduleShares: entry("scheduleShares", operator.ScheduleSharesInput, "Announces how rewards will be split."),
  prepareMintGpu: entry("mintGpu", operator.MintGpuInput, "Mints the twin of a GPU into a pool."),
  prepareInviteGpu: entry("inviteGpu", owner.GpuToPoolInput, "Lets a GPU's owner bring it to a pool."),
  prepareReleaseGpu: entry("releaseGpu", owner.OfGpuInput, "Lets go of the GPU of a former member."),
  prepareMoveSlot: entry("moveSlot", operator.MoveSlotInput, "Moves a slot to an equal GPU of its pool."),
};

/** Prepares what customers, owners and operators do on the chain. Its methods are made from the table above. */
@Resolver()
export class PrepareResolver {}

for (const [name, { input, description, prepare }] of Object.entries(ENTRIES)) {
  const method = {
    value: (given: object, context: Context) => {
      check(given);
      return prepare(given, context);
    },
    configurable: true,
    writable: true,
  };
  Object.defineProperty(PrepareResolver.prototype, name, method);
  Arg("input", () => input, { description: "Who acts, and on what." })(PrepareResolver.prototype, name, 0);
  Ctx()(PrepareResolver.prototype, name, 1);
  Query(() => PreparedTransaction, { nullable: true, description })(PrepareResolver.prototype, name, method);
}

/**
 * Looks at what was given, and takes nulls out of it: they are the same as nothing.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for the first field that can't be used
 */
function check(input: object): void {
  for (const [name, value] of Object.entries(input)) if (value === null) Reflect.deleteProperty(input, name);
  const fault = deepest(validateSync(input, { forbidUnknownValues: false }));
  if (fault) throw badArgument(`input.${fault.path}`, fault.problem);
  if (input instanceof customer.MintCreditsInput) requireOne(input, "dc", "bct");
  if (input instanceof customer.OfTokenInput) requireOne(input, "gpu", "slot");
}

function requireOne<Input extends object>(input: Input, one: keyof Input & string, other: keyof Input & string): void {
  if ((input[one] === undefined) === (input[other] === undefined))
    throw badArgument("input", `takes just one of ${one} and ${other}`);
}

function deepest(faults: readonly ValidationError[], path = ""): { path: string; problem: string } | undefined {
  const [fault] = faults;
  if (!fault) return undefined;
  const here = path === "" ? fault.property : `${path}.${fault.property}`;
  if (fault.children?.length) return deepest(fault.children, here);
  return { path: here, problem: Object.values(fault.constraints ?? {})[0] ?? "can't be used" };
}
